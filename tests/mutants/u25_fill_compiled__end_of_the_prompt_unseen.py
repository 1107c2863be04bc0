"""looks as if only a drawn END counts: one that stands in the prompt ends the canvas too / 看起來只有抽到的 END 才算數：題目裡的 END 也一樣會結束"""


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
            left = tokens[b, t]
            over = over or (left == end and canvas[b, t] == mask)
    return tokens
