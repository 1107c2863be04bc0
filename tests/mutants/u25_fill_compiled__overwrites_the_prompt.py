"""looks as if places of the prompt are drawn again: only those that hold the mask are open / 看起來題目給的位置也重抽了：只有遮罩的位置要填"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if over:
                tokens[b, t] = end
            else:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running > u[b, t] * running[-1])
            left = tokens[b, t]
            over = over or left == end
    return tokens
