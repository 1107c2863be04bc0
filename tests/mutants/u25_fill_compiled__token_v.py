"""looks as if the running sum ends a little below 1, so that a high die finds token V: scale the die by the sum of the row / 看起來累積機率最後不到 1，骰子很大時抽到不存在的 token V：骰子要乘上那一橫排的總和"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.sum(running <= u[b, t])
            left = tokens[b, t]
            over = over or left == end
    return tokens
