"""looks as if each alpha_bar knows only its own beta: multiply over all steps so far / 看起來每個 alpha_bar 只用到自己那一步的 beta：要把到目前為止每一步都乘起來"""


def alpha_bars(betas):
    return 1.0 - betas
