"""looks as if each token has a probability of its own (a sigmoid): tokens of one row share what there is / 看起來每個 token 各算各的（sigmoid）：同一橫排的 token 要分同一份機率"""


def softmax(logits):
    with np.errstate(all="ignore"):
        return 1.0 / (1.0 + np.exp(-logits))
