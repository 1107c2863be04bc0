"""looks as if the input moved to the left: each place then sees the token after it / 看起來往左移了：每個位置看到的變成右邊的 token"""


def shifted(tokens, start):
    return np.concatenate([tokens[:, 1:], np.full((len(tokens), 1), start)], axis=1)
