"""looks as if the number of masks is rounded up: it is rounded down / 看起來算要遮幾個時無條件進位了：應該無條件捨去"""


def n_masked(n_open, step, passes):
    return -(-n_open * (passes - 1 - step) // passes)
