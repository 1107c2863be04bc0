"""looks as if the likeliest token always wins and the dice are not used / 看起來每次都選機率最大的 token，沒有用到骰子"""


def guided_sample(told_logits, untold_logits, weight, u):
    return guided(maths.log_softmax(told_logits), maths.log_softmax(untold_logits), weight).argmax(axis=-1)
