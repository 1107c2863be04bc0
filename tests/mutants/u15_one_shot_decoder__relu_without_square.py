"""looks as if the ReLU is not squared / 看起來 ReLU 之後少了平方"""


def decode(params, told, length):
    hidden = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    return (hidden @ params["down.weight"] + params["down.bias"]).reshape(len(told), length, -1)


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.reshape(len(tokens), -1)
    hidden = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dhidden = (dscores @ params["down.weight"].T) * (hidden > 0)
    return loss, {"up.weight": told.T @ dhidden, "up.bias": dhidden.sum(axis=0),
                  "down.weight": hidden.T @ dscores, "down.bias": dscores.sum(axis=0)}
