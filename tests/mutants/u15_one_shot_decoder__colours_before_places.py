"""looks as if the scores are cut into colours first and places second: the V scores of a place stand together / 看起來先分顏色才分位置：同一個位置的 V 個分數要放在一起"""


def decode(params, told, length):
    hidden = np.maximum(told @ params["up.weight"] + params["up.bias"], 0) ** 2
    scores = hidden @ params["down.weight"] + params["down.bias"]
    return scores.reshape(len(told), -1, length).swapaxes(1, 2)


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.swapaxes(1, 2).reshape(len(tokens), -1)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
