"""looks as if the last token came round to the front: start stands there / 看起來最後一個 token 繞回了最前面：那裡應該是 start"""


def shifted(tokens, start):
    return np.roll(tokens, 1, axis=1)
