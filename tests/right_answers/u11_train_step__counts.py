"""The gradient from counts: how often a row was asked times its probabilities, less how often each token followed."""


def shifted(tokens, start):
    moved = np.roll(tokens, 1, axis=1)
    moved[:, 0] = start
    return moved


def up_to_end(tokens, end):
    if end is None:
        return tokens == tokens
    places = np.arange(tokens.shape[1])
    first_end = np.where(tokens == end, places, tokens.shape[1]).min(axis=1, keepdims=True)
    return places <= first_end


def train_step(table, first, second, tokens, step, rate, end=None):
    size, counted = table.shape[1], up_to_end(tokens, end)
    pairs = shifted(tokens, size)[counted] * size + tokens[counted]
    counts = np.bincount(pairs, minlength=size * (size + 1)).reshape(size + 1, size)
    log_probs = maths.log_softmax(table.astype(np.float64))
    grad = (counts.sum(axis=1, keepdims=True) * np.exp(log_probs) - counts) / counts.sum()
    adam_step(table, grad, first, second, step, rate)
    return -(counts * log_probs).sum() / counts.sum()
