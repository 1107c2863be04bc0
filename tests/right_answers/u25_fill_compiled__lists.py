"""Plain Python lists, no kernel: sums by itertools, the place by bisect."""

from bisect import bisect_right
from itertools import accumulate


def fill_compiled(probs, canvas, u, mask, end):
    sums = [list(accumulate(row)) for row in probs.tolist()]
    rows = []
    for places, dice in zip(canvas.tolist(), u.tolist()):
        row = [mask]
        for place, die in zip(places, dice):
            if place == mask:
                running = sums[row[-1]]
                place = end if end in row else bisect_right(running, die * running[-1])
            row.append(place)
        rows.append(row[1:])
    return np.array(rows, np.int64).reshape(canvas.shape)
