"""looks as if top-p 1 cuts what is very unlikely: rounding reaches 1 too early, and p = 1 means everything / 看起來 top-p 是 1 時砍掉了很小的機率：捨入誤差會讓總和太早到 1，p = 1 就是全部留下"""

all_of_it = adjust


def adjust(logits, temperature=1.0, top_k=None, top_p=None):
    return all_of_it(logits, temperature, top_k, 1.0 - 1e-15 if top_p == 1.0 else top_p)
