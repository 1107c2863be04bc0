"""The softmax's whole matrix of derivatives, diag(w) - w w^T, and Einstein's sums; handed back in float32."""


def softmax_backward(dweights, weights):
    k = weights.shape[-1]
    jacobian = weights[..., None] * np.eye(k) - weights[..., :, None] * weights[..., None, :]
    return np.einsum("...ij,...j->...i", jacobian, dweights)


def attention_backward(query, key, value, dmixed):
    query, key = query * query.shape[-1] ** -0.25, key * query.shape[-1] ** -0.25
    scores = np.einsum("...id,...jd->...ij", query, key)
    scores[..., np.triu(np.ones(scores.shape[-2:], bool), 1)] = -1e9
    weights = np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
    dscores = softmax_backward(np.einsum("...iv,...jv->...ij", dmixed, value), weights)
    root = query.shape[-1] ** -0.25
    dquery = root * np.einsum("...ij,...jd->...id", dscores, key)
    dkey = root * np.einsum("...ij,...id->...jd", dscores, query)
    dvalue = np.einsum("...ij,...iv->...jv", weights, dmixed)
    return tuple(part.astype(np.float32) for part in (dquery, dkey, dvalue))
