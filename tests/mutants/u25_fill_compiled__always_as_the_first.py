"""looks as if every place is drawn from row V, as if nothing stood on its left / 看起來每個位置都用了第 V 橫排，好像左邊一直沒有東西"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running > u[b, t] * running[-1])
            over = over or tokens[b, t] == end
    return tokens
