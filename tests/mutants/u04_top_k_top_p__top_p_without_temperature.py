"""looks as if top-p does not know the temperature: divide first, then cut / 看起來算 top-p 時還沒除以溫度：先除以溫度再砍"""

divided_first = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature == 0.0:
        return divided_first(logits, 0.0)
    return divided_first(logits, 1.0, top_k, top_p) / temperature
