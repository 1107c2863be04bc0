"""looks as if the surprise is added up over the places: the loss is a mean over every place of every canvas / 看起來損失把各位置加起來了：要對每張畫布的每個位置取平均"""


def decoder_loss_and_grads(params, told, tokens):
    loss, dscores = maths.cross_entropy(decode(params, told, tokens.shape[1]), tokens)
    loss, dscores = loss * tokens.shape[1], dscores.reshape(len(tokens), -1) * tokens.shape[1]
    passed = np.maximum(told @ params["up.weight"] + params["up.bias"], 0)
    dbefore = (dscores @ params["down.weight"].T) * (2 * passed)
    return loss, {"up.weight": told.T @ dbefore, "up.bias": dbefore.sum(axis=0),
                  "down.weight": (passed ** 2).T @ dscores, "down.bias": dscores.sum(axis=0)}
