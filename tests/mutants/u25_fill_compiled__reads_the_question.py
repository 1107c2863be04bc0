"""looks as if the token on the left is read from the canvas that was given, where it is still a mask: read what was just drawn / 看起來左邊的 token 是從原本的畫布讀的，那裡還是遮罩：要讀剛剛抽到的"""


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
            left = canvas[b, t]
            over = over or tokens[b, t] == end
    return tokens
