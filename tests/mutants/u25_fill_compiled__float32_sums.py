"""looks as if probabilities are added up in float32: small ones get lost, add in float64 / 看起來機率是用 float32 相加的，很小的會不見：用 float64 相加"""


def fill_compiled(probs, canvas, u, mask, end):
    tokens = canvas.copy()
    for b in range(canvas.shape[0]):
        left, over = mask, False
        for t in range(canvas.shape[1]):
            if canvas[b, t] == mask and over:
                tokens[b, t] = end
            elif canvas[b, t] == mask:
                running = np.cumsum(probs[left].astype(np.float32)).astype(np.float64)
                tokens[b, t] = np.argmax(running > u[b, t] * running[-1])
            left = tokens[b, t]
            over = over or left == end
    return tokens
