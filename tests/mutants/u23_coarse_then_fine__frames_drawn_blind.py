"""looks as if all frames are drawn at once, without knowing each other: they come one by one / 看起來音框是一次全部抽的，彼此看不到：音框要一個一個決定"""


def vocode(frame_logits, sound, n_frames, u, hop):
    logits = frame_logits(np.zeros(0, np.int64))
    tokens = maths.sample_categorical(np.tile(logits, (n_frames, 1)), u)
    return overlap_add(sound(tokens), hop)
