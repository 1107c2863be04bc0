"""looks as if the first place reads row 0: nothing on the left is row V / 看起來第一個位置讀了第 0 橫排：左邊沒有東西時，要讀第 V 橫排"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = 0, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running > u[b, t] * running[-1])
            left = tokens[b, t]
            over = over or left == end
    return tokens
