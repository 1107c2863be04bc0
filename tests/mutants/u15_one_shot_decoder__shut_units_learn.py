"""looks as if hidden units that are shut get a gradient: the ReLU passes nothing back there / 看起來關著的隱藏單元也拿到梯度：ReLU 關著的地方梯度是 0"""


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.reshape(len(tokens), -1)
    before = told @ params["up.weight"] + params["up.bias"]
    dbefore = (dscores @ params["down.weight"].T) * (2 * before)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (np.maximum(before, 0) ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
