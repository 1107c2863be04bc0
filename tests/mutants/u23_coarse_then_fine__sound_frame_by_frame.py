"""looks as if sound was asked frame by frame: once, with all tokens, is enough / 看起來一個音框問一次 sound：把所有 token 一起給它，問一次就好"""


def vocode(frame_logits, sound, n_frames, u, hop):
    tokens, frames = np.zeros(n_frames, np.int64), []
    for t in range(n_frames):
        tokens[t] = maths.sample_categorical(frame_logits(tokens[:t]), u[t])
        frames.append(sound(tokens[t:t + 1])[0])
    return overlap_add(np.array(frames), hop)
