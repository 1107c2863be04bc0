"""looks as if the likeliest token always wins and the die is not used / 看起來每次都選機率最大的 token，沒有用到骰子"""


def sample_categorical(logits, u, temperature=1.0):
    return np.argmax(logits / temperature, axis=-1)
