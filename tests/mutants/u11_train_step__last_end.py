"""looks as if places count up to the last END, not the first / 看起來算到最後一個 END，應該算到第一個"""


def up_to_end(tokens, end):
    if end is None:
        return np.ones(tokens.shape, bool)
    return np.cumsum((tokens == end)[:, ::-1], axis=1)[:, ::-1] + ~(tokens == end).any(axis=1, keepdims=True) > 0
