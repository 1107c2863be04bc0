"""looks as if an END is forgotten after the next place of the prompt / 看起來 END 之後只要碰到題目給的位置就忘了已經結束"""


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
                while running <= u[b, t] * total:
                    v += 1
                    running += probs[left, v]
                tokens[b, t] = v
            left = tokens[b, t]
            over = left == end
    return tokens
