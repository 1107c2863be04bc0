"""All canvases at once, column by column, on probabilities that are divided by their sum."""


def fill_compiled(probs, canvas, u, mask, end):
    running = np.cumsum(probs, axis=1)
    running /= running[:, -1:]
    columns, left = [], np.full(len(canvas), mask)
    over = np.zeros(len(canvas), bool)
    for column, dice in zip(canvas.T, u.T):
        drawn = (running[left] <= dice[:, None]).sum(axis=1)
        left = np.where(column != mask, column, np.where(over, end, drawn))
        over |= left == end
        columns.append(left)
    return np.stack(columns, axis=1).astype(np.int32)
