"""looks as if log-probabilities are averaged over orders: average probabilities, then take the log / 看起來是對 log 機率取平均：要先平均機率，再取 log"""


def any_order_log_prob(order_log_probs):
    return order_log_probs.mean(axis=0)
