"""looks as if the larger id of a tie stays: of equal scores the smaller id is the better one / 看起來平手時留下了編號大的：分數一樣時，編號小的優先"""

smaller_id = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return smaller_id(logits[..., ::-1], temperature, top_k, top_p)[..., ::-1].copy()
