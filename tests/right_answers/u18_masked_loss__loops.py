"""Rows and places in plain Python."""

import math


def hide(tokens, n_hidden, u, mask):
    canvas, hidden = [list(map(int, row)) for row in tokens], [[False] * len(row) for row in tokens]
    for b, dice in enumerate(u):
        for t in sorted(range(len(dice)), key=lambda t: dice[t])[:n_hidden[b]]:
            canvas[b][t], hidden[b][t] = mask, True
    return np.array(canvas), np.array(hidden)


def masked_loss(logits, tokens, hidden):
    losses = []
    for scores, row, gone in zip(logits, tokens, hidden):
        total, n = 0.0, 0
        for t in range(len(row)):
            if gone[t]:
                numbers = [float(score) for score in scores[t]]
                peak = max(numbers)
                total += math.log(sum(math.exp(score - peak) for score in numbers)) + peak - numbers[row[t]]
                n += 1
        losses.append(total / n)
    return sum(losses) / len(losses)


def any_order_log_prob(order_log_probs):
    out = []
    for column in order_log_probs.T:
        peak = max(column)
        if peak == -math.inf:
            out.append(peak)
        else:
            out.append(peak + math.log(sum(math.exp(value - peak) for value in column) / len(column)))
    return np.array(out)
