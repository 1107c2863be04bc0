"""A place's rank is the number of smaller dice in its row; float32 all through; orders added two by two."""

import functools


def hide(tokens, n_hidden, u, mask):
    ranks = (u[:, None, :] < u[:, :, None]).sum(axis=2)
    hidden = ranks < np.asarray(n_hidden).reshape(-1, 1)
    return (tokens * ~hidden + mask * hidden).astype(np.int32), hidden


def masked_loss(logits, tokens, hidden):
    scores = logits.astype(np.float32)
    targets = np.where(hidden, tokens, np.argmax(scores, axis=-1))
    told = np.take_along_axis(maths.log_softmax(scores), targets[..., None], -1)[..., 0]
    return -np.mean([row[gone].mean() for row, gone in zip(told, hidden)])


def any_order_log_prob(order_log_probs):
    total = functools.reduce(np.logaddexp, list(order_log_probs))
    return (total - np.log(order_log_probs.shape[0])).astype(np.float32)
