"""looks as if frame_logits is shown places that are not drawn yet: give it only the tokens so far / 看起來 frame_logits 看到了還沒抽的位置：只給它到目前為止的 token"""


def vocode(frame_logits, sound, n_frames, u, hop):
    tokens = np.zeros(n_frames, np.int64)
    for t in range(n_frames):
        tokens[t] = maths.sample_categorical(frame_logits(tokens.copy()), u[t])
    return overlap_add(sound(tokens), hop)
