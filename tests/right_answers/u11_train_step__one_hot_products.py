"""One-hot rows make the network a matrix product; Adam by its rearranged form with one effective rate."""


def up_to_end(tokens, end):
    counted = np.ones(tokens.shape, np.bool_)
    for t in range(1, tokens.shape[1]):
        counted[:, t] = counted[:, t - 1] & (tokens[:, t - 1] != end if end is not None else True)
    return counted


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    np.copyto(first, beta1 * first + (1 - beta1) * grad)
    np.copyto(second, beta2 * second + (1 - beta2) * np.square(grad))
    root = (1 - beta2 ** step) ** 0.5
    np.subtract(param, rate * root / (1 - beta1 ** step) * first / (np.sqrt(second) + epsilon * root), out=param)


def train_step(table, first, second, tokens, step, rate, end=None):
    asked = np.eye(len(table))[shifted(tokens, len(table) - 1).ravel()]
    right = np.eye(table.shape[1])[tokens.ravel()]
    share = up_to_end(tokens, end).ravel() / up_to_end(tokens, end).sum()
    probs = maths.softmax(asked @ table)
    loss = -share @ np.log((probs * right).sum(axis=1))
    adam_step(table, asked.T @ (share[:, None] * (probs - right)), first, second, step, rate)
    return loss
