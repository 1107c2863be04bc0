"""looks as if the canvas that was given is filled in place: work on a copy / 看起來直接改了給你的畫布：先複製一份再填"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens, canvas = canvas, canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running > u[b, t] * running[-1])
            left = tokens[b, t]
            over = over or left == end
    return tokens
