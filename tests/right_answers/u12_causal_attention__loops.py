"""Place by place; each takes the slice of what it may see."""

import math


def causal_weights(scores):
    weights = np.zeros(scores.shape)
    for index in np.ndindex(*scores.shape[:-1]):
        seen = scores[index][:index[-1] + 1].astype(np.float64)
        shares = [math.exp(score - seen.max()) for score in seen]
        weights[index][:index[-1] + 1] = [share / sum(shares) for share in shares]
    return weights


def causal_attention(query, key, value):
    out = np.zeros(value.shape)
    for index in np.ndindex(*query.shape[:-2]):
        q, k, v = query[index], key[index], value[index]
        for t in range(len(q)):
            weights = maths.softmax(k[:t + 1] @ q[t] / math.sqrt(q.shape[-1]))
            out[index][t] = weights @ v[:t + 1]
    return out
