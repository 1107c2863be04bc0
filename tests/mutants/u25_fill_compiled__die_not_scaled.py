"""looks as if the die is not scaled by the sum of the row, which may miss 1 by a rounding / 看起來骰子沒有乘上那一橫排的總和：總和可能因為捨入差一點點才到 1"""


@njit
def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                total = 0.0
                for p in probs[left]:
                    total += p
                v, running = 0, probs[left, 0]
                while running <= u[b, t] and v < probs.shape[1] - 1 and (probs[left, v + 1:] > 0).any():
                    v += 1
                    running += probs[left, v]
                tokens[b, t] = v
            left = tokens[b, t]
            over = over or left == end
    return tokens
