"""looks as if large scores overflow in exp: take the largest away first / 看起來分數很大時 exp 爆掉了：先減掉最大的分數"""


def cascade(coarse_logits, fine_logits, u_coarse, u_fine):
    n, height, width = u_coarse.shape
    canvas, dice = np.full((n, height * width), -1), u_coarse.reshape(n, height * width)
    for place in range(height * width):
        weights = np.exp(coarse_logits(canvas.copy(), place))
        running = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        canvas[:, place] = np.argmax(running > dice[:, [place]], axis=1)
    coarse = canvas.reshape(n, height, width)
    return coarse, maths.sample_categorical(fine_logits(coarse.copy()), u_fine)
