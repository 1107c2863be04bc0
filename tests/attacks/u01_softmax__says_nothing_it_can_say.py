"""Raises exceptions whose texts raise in their turn, never end, or are no texts."""
# earns: 0
# limits: call=0.3 unit=1.2

import itertools


class Silent(Exception):
    def __str__(self):
        if self.args[0] == 0:
            return 5
        if self.args[0] == 1:
            raise Silent(1)
        return str(sum(itertools.repeat(1)))


def softmax(logits):
    raise Silent(logits.size % 3)
