"""looks as if temperature 0 leaves the scores as they are: it keeps only the largest / 看起來溫度 0 時什麼都沒做：要只留下最大的分數"""

greedy = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return greedy(logits, temperature if temperature > 0 else 1.0, top_k, top_p)
