"""A mask of 0 and -inf is added to the scores, as minigen's own layer does."""


def causal_weights(scores):
    T = scores.shape[-1]
    mask = np.triu(np.full((T, T), -np.inf), 1)
    masked = scores + mask
    shares = np.exp(masked - masked.max(axis=-1)[..., None])
    return np.divide(shares, shares.sum(axis=-1)[..., None])
