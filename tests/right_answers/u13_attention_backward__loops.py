"""Place by place, following each number back."""

import math


def softmax_backward(dweights, weights):
    out = np.zeros(weights.shape)
    for index in np.ndindex(*weights.shape):
        for j in range(weights.shape[-1]):
            told = dweights[index[:-1] + (j,)] * weights[index[:-1] + (j,)]
            out[index] += told * ((j == index[-1]) - weights[index])
    return out


def attention_backward(query, key, value, dmixed):
    dquery, dkey, dvalue = np.zeros(query.shape), np.zeros(key.shape), np.zeros(value.shape)
    root = math.sqrt(query.shape[-1])
    for index in np.ndindex(*query.shape[:-2]):
        q, k, v, dm = query[index], key[index], value[index], dmixed[index]
        for t in range(len(q)):
            weights = maths.softmax(k[:t + 1] @ q[t] / root)
            dscores = softmax_backward(v[:t + 1] @ dm[t], weights)
            for s in range(t + 1):
                dvalue[index][s] += weights[s] * dm[t]
                dquery[index][t] += dscores[s] * k[s] / root
                dkey[index][s] += dscores[s] * q[t] / root
    return dquery, dkey, dvalue
