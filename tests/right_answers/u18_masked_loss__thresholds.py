"""The n-th smallest die of each row as an edge; the loss as one weighted sum of all hidden places; logaddexp."""


def hide(tokens, n_hidden, u, mask):
    edge = np.take_along_axis(np.sort(u, axis=1), n_hidden[:, None] - 1, axis=1)
    hidden = u <= edge
    canvas = tokens.copy()
    canvas[hidden] = mask
    return canvas, hidden


def masked_loss(logits, tokens, hidden):
    rows, places = np.nonzero(hidden)
    scores = logits[rows, places]
    surprise = np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(rows)), tokens[rows, places]]
    return np.average(surprise, weights=1 / hidden.sum(axis=1)[rows])


def any_order_log_prob(order_log_probs):
    return np.logaddexp.reduce(order_log_probs, axis=0) - np.log(len(order_log_probs))
