"""looks as if the largest score of the whole array is taken away: rows that lie far below it vanish / 看起來減掉的是整個陣列的最大值：分數低很多的橫排會消失"""


def causal_weights(scores):
    T = scores.shape[-1]
    masked = np.where(np.tri(T, dtype=bool), scores, -np.inf)
    with np.errstate(all="ignore"):
        weights = np.exp(masked - masked[..., :, :].max())
        return weights / weights.sum(axis=-1, keepdims=True)
