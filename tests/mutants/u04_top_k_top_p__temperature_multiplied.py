"""looks as if scores are multiplied by the temperature, not divided / 看起來分數是乘上溫度，不是除以溫度"""

divided = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return divided(logits, 1.0 / temperature if temperature else 0.0, top_k, top_p)
