"""Place by place and number by number, with the surprise worked out by hand."""

import math


def shifted(tokens, start):
    return np.array([[start] + [int(token) for token in row[:-1]] for row in tokens])


def up_to_end(tokens, end):
    counted = np.zeros(tokens.shape, bool)
    for b, row in enumerate(tokens):
        for t, token in enumerate(row):
            counted[b, t] = True
            if token == end:
                break
    return counted


def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
    for index in np.ndindex(*param.shape):
        first[index] = beta1 * first[index] + (1 - beta1) * grad[index]
        second[index] = beta2 * second[index] + (1 - beta2) * grad[index] ** 2
        m, s = float(first[index]) / (1 - beta1 ** step), float(second[index]) / (1 - beta2 ** step)
        param[index] -= rate * m / (math.sqrt(s) + epsilon)


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, table.shape[1]), up_to_end(tokens, end)
    grad, loss, n = np.zeros(table.shape), 0.0, int(counted.sum())
    for b, t in np.argwhere(counted):
        row, answer = before[b, t], tokens[b, t]
        weights = [math.exp(float(score)) for score in table[row]]
        loss -= math.log(weights[answer] / sum(weights)) / n
        for v, weight in enumerate(weights):
            grad[row, v] += (weight / sum(weights) - (v == answer)) / n
    adam_step(table, grad, first, second, step, rate)
    return loss
