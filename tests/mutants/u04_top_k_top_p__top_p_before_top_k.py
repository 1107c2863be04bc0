"""looks as if top-p is a share of everything: it is a share of what top-k has left / 看起來 top-p 是用全部的機率算的：要先讓 top-k 留下來的機率加起來等於 1，再算 top-p"""

one_knob = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return one_knob(one_knob(logits, temperature, top_p=top_p), temperature and 1.0, top_k)
