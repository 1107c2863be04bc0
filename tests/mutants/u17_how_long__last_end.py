"""looks as if the text is cut at the last END: the first one counts / 看起來切在最後一個 END：要切在第一個"""


def lengths(tokens, end):
    ends = tokens == end
    return np.where(ends.any(axis=1), tokens.shape[1] - 1 - ends[:, ::-1].argmax(axis=1), tokens.shape[1])
