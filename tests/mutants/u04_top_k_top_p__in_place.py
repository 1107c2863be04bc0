"""looks as if the scores that were given are cut: work on a copy / 看起來直接砍了傳進來的分數：先複製一份"""

on_a_copy = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    logits[...] = on_a_copy(logits, temperature, top_k, top_p)
    return logits
