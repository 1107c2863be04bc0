"""Reading memory as fast as this machine can."""

import numpy as np

from minigen.jit import kernel


@kernel
def total(numbers, times):                        # (n,) float32
    result = np.float32(0.0)
    for _ in range(times):
        part = np.float32(0.0)
        for i in range(numbers.size):
            part += numbers[i]
        result = part - result                    # each sum waits for the one before it: none can be left out
    return result
