"""looks as if places of one pass see each other: score all of them first, write them down afterwards / 看起來同一輪的位置看得到彼此：先全部算完，再寫下去"""


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for t in (int(t) for at in plan for t in at):
        log_probs = maths.log_softmax(logits(canvas.copy(), np.array([t])).astype(np.float64))[:, 0]
        total += log_probs[np.arange(len(tokens)), tokens[:, t]]
        canvas[:, t] = tokens[:, t]
    return total
