"""Plain Python: number by number forward and backward, in float64."""

import math


def _before(params, row):
    up = params["up.weight"]
    return [float(bias) + sum(float(row[c]) * float(up[c, d]) for c in range(len(row)))
            for d, bias in enumerate(params["up.bias"])]


def decode(params, told, length):
    down, bias = params["down.weight"], params["down.bias"]
    out = np.zeros((len(told), length, bias.size // length))
    for b, row in enumerate(told):
        before = _before(params, row)
        for j in range(bias.size):
            t, v = divmod(j, out.shape[2])
            out[b, t, v] = bias[j] + sum(x ** 2 * float(down[d, j]) for d, x in enumerate(before) if x > 0)
    return out


def decoder_loss_and_grads(params, told, tokens):
    grads = {name: np.zeros(array.shape) for name, array in params.items()}
    down, scores, loss = params["down.weight"], decode(params, told, tokens.shape[1]), 0.0
    V = scores.shape[2]
    for b, row in enumerate(told):
        before = _before(params, row)
        for t, token in enumerate(tokens[b]):
            peak = max(scores[b, t])
            weights = [math.exp(s - peak) for s in scores[b, t]]
            loss += math.log(sum(weights)) + peak - scores[b, t, token]
            for v in range(V):
                step = weights[v] / sum(weights) - (1.0 if v == token else 0.0)
                grads["down.bias"][t * V + v] += step
                for d, x in enumerate(before):
                    if x > 0:
                        grads["down.weight"][d, t * V + v] += step * x * x
                        grads["up.bias"][d] += step * float(down[d, t * V + v]) * 2 * x
                        for c in range(len(row)):
                            grads["up.weight"][c, d] += step * float(down[d, t * V + v]) * 2 * x * row[c]
    return loss / tokens.size, {name: array / tokens.size for name, array in grads.items()}
