"""looks as if the probabilities of the orders are added up, not averaged: divide by the number of orders / 看起來把各順序的機率加起來了，沒有平均：要除以順序的數目"""


def any_order_log_prob(order_log_probs):
    return np.logaddexp.reduce(order_log_probs, axis=0)
