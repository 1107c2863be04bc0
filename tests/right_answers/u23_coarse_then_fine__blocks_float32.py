"""Frames cut into blocks of one hop: block j of all frames is added in one go, j blocks later. Ends in float32."""


def coarse_then_fine(n_coarse, length):
    places = np.arange(length)
    return [*places[:n_coarse, None], places[n_coarse:]][:n_coarse + (length > n_coarse)]


def window(size):
    return (np.sin(np.linspace(0.0, np.pi, size, endpoint=False)) ** 2).astype(np.float32)


def overlap_add(frames, hop):
    n_frames, size = frames.shape
    blocks, curve = size // hop, window(size)
    pieces = np.stack([frames * curve, np.broadcast_to(curve, frames.shape)]).reshape(2, n_frames, blocks, hop)
    rows = np.zeros((2, n_frames - 1 + blocks, hop))
    for j in range(blocks):
        rows[:, j:j + n_frames] += pieces[:, :, j]
    above, below = rows.reshape(2, -1)
    quiet = below < 1e-8
    return ((above * ~quiet) / (below + quiet)).astype(np.float32)


def vocode(frame_logits, sound, n_frames, u, hop):
    tokens = np.empty(0, np.int64)
    while tokens.size < n_frames:
        logits = frame_logits(tokens)
        drawn = maths.sample_categorical(logits[None], u[tokens.size:tokens.size + 1])
        tokens = np.concatenate([tokens, drawn])
    return overlap_add(sound(tokens), hop)
