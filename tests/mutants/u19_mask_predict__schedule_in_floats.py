"""looks as if the number of masks is rounded down from a float that is a hair too small: stay in whole numbers / 看起來算要遮幾個時，浮點數小了一點點，捨去之後就少一個：用整數除法 //"""


def n_masked(n_open, step, passes):
    return int(n_open * (1 - (step + 1) / passes))
