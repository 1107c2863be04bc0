"""looks as if the dice are used from the last to the first: frame t has die u[t] / 看起來骰子從最後一顆開始用：第 t 個音框用 u[t]"""


def vocode(frame_logits, sound, n_frames, u, hop):
    tokens = np.zeros(n_frames, np.int64)
    for t in range(n_frames):
        tokens[t] = maths.sample_categorical(frame_logits(tokens[:t]), u[n_frames - 1 - t])
    return overlap_add(sound(tokens), hop)
