"""Look-ups of many rows at once, without the array of all rows that NumPy would need."""

import numpy as np

from minigen.jit import kernel


@kernel
def add_rows(table, rows):                       # (n, D), (N, taps) -> (N, D)
    out = np.zeros((len(rows), table.shape[1]), np.float32)
    for n in range(len(rows)):
        total = out[n]
        for tap in range(rows.shape[1]):
            row = table[rows[n, tap]]
            for d in range(row.size):
                total[d] += row[d]
    return out
