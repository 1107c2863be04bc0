"""All leading axes are contracted at once; a column of ones makes the bias one more weight."""


def linear_backward(x, weight, dy):
    leading = tuple(range(x.ndim - 1))
    with_one = np.concatenate([x, np.ones((*x.shape[:-1], 1), x.dtype)], axis=-1)
    both = np.tensordot(with_one, dy, axes=(leading, leading))
    return np.tensordot(dy, weight, axes=(-1, 1)), both[:-1], both[-1]
