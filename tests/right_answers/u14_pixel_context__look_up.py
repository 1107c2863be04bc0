"""A table of places for each tap; outside the picture it points to one more token. Draws by log-probabilities."""


def pixel_context(tokens, height, width, reach, nothing):
    rows, columns = np.divmod(np.arange(height * width), width)
    places = []
    for step in range(reach * (2 * reach + 1) + reach):
        r, c = rows + step // (2 * reach + 1) - reach, columns + step % (2 * reach + 1) - reach
        places.append(np.where((r < 0) | (c < 0) | (c >= width), height * width, r * width + c))
    more = np.concatenate([tokens, np.full((len(tokens), 1), nothing)], axis=1)
    return more[:, np.array(places).T].reshape(len(tokens), height, width, -1).astype(np.int32)


def complete(logits, tokens, rows, height, width, u, mask):
    done = tokens[:, :rows * width]
    while done.shape[1] < height * width:
        place = done.shape[1]
        canvas = np.pad(done, ((0, 0), (0, height * width - place)), constant_values=mask)
        running = np.cumsum(np.exp(maths.log_softmax(logits(canvas, place).astype(np.float64))), axis=1)
        draw = (running <= u[:, [place]] * running[:, -1:]).sum(axis=1)
        done = np.concatenate([done, draw[:, None]], axis=1)
    return done.copy()
