"""looks as if all rows are cut together: each row keeps its own best tokens / 看起來所有橫排是一起砍的：每一橫排要各留各的"""

row_by_row = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return row_by_row(logits.ravel(), temperature, top_k, top_p).reshape(logits.shape)
