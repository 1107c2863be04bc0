"""looks as if the likeliest frame always wins and the die is not used / 看起來每次都選機率最大的音框，沒有用到骰子"""


def vocode(frame_logits, sound, n_frames, u, hop):
    tokens = np.zeros(n_frames, np.int64)
    for t in range(n_frames):
        tokens[t] = np.argmax(frame_logits(tokens[:t]))
    return overlap_add(sound(tokens), hop)
