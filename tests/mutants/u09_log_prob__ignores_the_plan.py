"""looks as if the places always go one by one from the left, whatever the plan says / 看起來永遠由左到右一個一個來，沒有照計畫走"""


def log_prob(logits, tokens, plan, mask):
    canvas, total = np.full_like(tokens, mask), np.zeros(len(tokens))
    for t in range(tokens.shape[1]):
        log_probs = maths.log_softmax(logits(canvas.copy(), np.array([t])).astype(np.float64))[:, 0]
        total += log_probs[np.arange(len(tokens)), tokens[:, t]]
        canvas[:, t] = tokens[:, t]
    return total
