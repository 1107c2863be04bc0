"""looks as if dice are used up in the order of the open places: place t has its own die u[b, t] / 看起來骰子是照空位的順序一顆一顆用的：位置 t 的骰子是 u[b, t]"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over, visit = mask, False, 0
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running > u[b, visit] * running[-1])
                visit += 1
            left = tokens[b, t]
            over = over or left == end
    return tokens
