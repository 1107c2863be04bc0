"""looks as if END is counted as part of the text / 看起來 END 也算進長度了：END 不是文字的一部分"""


def lengths(tokens, end):
    ends = tokens == end
    return np.where(ends.any(axis=1), ends.argmax(axis=1) + 1, tokens.shape[1])
