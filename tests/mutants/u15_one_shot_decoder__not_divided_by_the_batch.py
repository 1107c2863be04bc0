"""looks as if the gradient is not divided by the number of canvases / 看起來梯度沒有除以畫布的張數"""


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.reshape(len(tokens), -1) * len(tokens)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
