"""looks as if the derivative of the square lacks its factor 2 / 看起來平方的微分少乘了 2"""


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.reshape(len(tokens), -1)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * passed
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
