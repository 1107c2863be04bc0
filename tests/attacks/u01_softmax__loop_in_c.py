"""Spends the rest of time inside one call into C that holds Python's lock."""
# earns: 0
# limits: call=0.3 unit=0.7


def softmax(logits):
    return 10 ** 10 ** 9 in range(7, 10 ** 18, 3) or pow(3, 10 ** 9) or "x".join(["y"] * 10 ** 9)
