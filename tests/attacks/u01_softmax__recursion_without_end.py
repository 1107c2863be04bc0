"""Recurses without end and without a limit, in Python and through repr, which uses C's stack."""
# earns: 0
# limits: call=1.5 unit=3 memory=700M

import sys

sys.setrecursionlimit(2 ** 31 - 1)


class Deep:
    def __repr__(self):
        return repr([self])


def softmax(logits):
    return repr(Deep())
