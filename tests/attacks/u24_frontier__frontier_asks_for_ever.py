"""Never fills more than one place, whatever is left, so that the walk over all branches is as long as it can be."""
# earns: at most 13 tests
# limits: call=1 unit=2

import numpy as np


def choose(probs, hidden, passes_left):
    return np.flatnonzero(hidden)[:1] if passes_left > 1 else np.flatnonzero(hidden)
