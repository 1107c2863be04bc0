"""looks as if the gradient of down.bias comes from one canvas only: add up over the batch / 看起來 down.bias 的梯度只算了一張畫布：要把整批加起來"""


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    dscores = dscores.reshape(len(tokens), -1)
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores[0]}
