"""sum(dw * w) of a row is dmixed times what came out (as FlashAttention has it): mixed is worked out again."""


def softmax_backward(dweights, weights):
    out = dweights * weights
    return out - weights * np.sum(out, axis=-1)[..., np.newaxis]


def attention_backward(query, key, value, dmixed):
    T, d = query.shape[-2:]
    scores = np.matmul(query, np.moveaxis(key, -1, -2)) / np.sqrt(d) + np.triu(np.full((T, T), -np.inf), 1)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = shares / shares.sum(axis=-1, keepdims=True)
    delta = (dmixed * np.matmul(weights, value)).sum(axis=-1, keepdims=True)
    dscores = weights * (np.matmul(dmixed, np.moveaxis(value, -1, -2)) - delta) / np.sqrt(d)
    turned = np.moveaxis(np.stack([weights, dscores]), -1, -2)
    return np.matmul(dscores, key), np.matmul(turned[1], query), np.matmul(turned[0], dmixed)
