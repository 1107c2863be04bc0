"""looks as if the first row decides how many tokens top_p keeps in all of them: count in each row / 看起來 top_p 要留幾個都照第一排的：每一橫排要自己數"""

row_by_row = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    if top_p is None or top_p == 1.0 or logits.ndim == 1:
        return row_by_row(logits, temperature, top_k, top_p)
    first = row_by_row(logits.reshape(-1, logits.shape[-1])[0], temperature, top_k, top_p)
    return row_by_row(logits, temperature, int((first > -np.inf).sum()))
