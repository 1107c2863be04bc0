"""looks as if the softmax runs over the places: the colours of one place share the probability / 看起來 softmax 是對位置做的：機率要在同一個位置的各個顏色之間分"""


def decoder_loss_and_grads(params, told, tokens):
    scores = decode(params, told, tokens.shape[1])
    probs = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = probs / probs.sum(axis=1, keepdims=True)
    true = np.arange(scores.shape[-1]) == tokens[..., None]
    with np.errstate(divide="ignore"):
        loss = float(-np.log(probs[true]).mean())
    dscores = ((probs - true) / tokens.size).reshape(len(tokens), -1)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
