"""looks as if drawing goes on after END / 看起來抽到 END 之後還繼續抽"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left = mask
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask:
                running = np.cumsum(probs[left])
                tokens[b, t] = np.argmax(running > u[b, t] * running[-1])
            left = tokens[b, t]
    return tokens
