"""looks as if the number of masks is rounded up: it is rounded down / 看起來要遮幾個用了進位：應該是捨去"""


def n_masked(n_open, step, passes):
    return -(-n_open * (passes - 1 - step) // passes)
