"""looks as if up.bias never learns: its gradient is that of the first layer, added up over the batch / 看起來 up.bias 沒有在學：它的梯度，就是把第一層的梯度對整批加起來"""


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.reshape(len(tokens), -1)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": np.zeros_like(params["up.bias"]),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
