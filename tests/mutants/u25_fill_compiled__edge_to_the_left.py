"""looks as if a die exactly on an edge goes to the token before it (>= instead of >) / 看起來骰子剛好在邊界時給了前一個 token（用了 >=，應該是 >）"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running >= u[b, t] * running[-1])
            left = tokens[b, t]
            over = over or left == end
    return tokens
