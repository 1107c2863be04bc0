"""A model without training: nothing but its joint distribution. The oracle of the house.

On it one-by-one gives the joint back, all-at-once the product of the marginals, and the gap
between the two is the total correlation (Watanabe, 1960).
"""

import itertools

import numpy as np

from minigen.errors import expect_range
from minigen.protocols import NO_CONDITION


class Table:
    """Answers any plan exactly, by summing a joint distribution over what is not yet decided.

    Parameters
    ----------
    support : (N, T) int64
        The canvases that are possible.
    probs : (N,) float64
        Their probabilities; they sum to 1.
    """

    def __init__(self, support, probs, vocab_size):
        self.support, self.probs, self.vocab_size = np.asarray(support), np.asarray(probs, np.float64), vocab_size
        self.length, self.params, self.end = self.support.shape[1], {}, None
        expect_range("sum of probs", float(self.probs.sum()), 1 - 1e-9, 1 + 1e-9)

    @classmethod
    def from_joint(cls, joint):
        """From an array (V, V, ..., V) of probabilities."""
        every = np.array(list(itertools.product(range(joint.shape[0]), repeat=joint.ndim)))
        return cls(every, joint.ravel(), joint.shape[0])

    def logits(self, canvas, at, condition=NO_CONDITION):
        """log P(place = v | what stands on the canvas) for every place asked for: (B, A, V)."""
        decided = canvas != self.vocab_size                                    # (B, T)
        agrees = ((canvas[:, None] == self.support) | ~decided[:, None]).all(axis=2)   # (B, N)
        weights = agrees * self.probs                                          # (B, N)
        out = np.zeros((len(canvas), len(at), self.vocab_size))
        for a, t in enumerate(at):
            for v in range(self.vocab_size):
                out[:, a, v] = weights[:, self.support[:, t] == v].sum(axis=1)
        # Impossible so far: any answer will do, the total is -inf already.
        out[out.sum(-1) == 0] = 1.0
        with np.errstate(divide="ignore"):                                     # log 0 is -inf
            return np.log(out / out.sum(-1, keepdims=True))

    def check_plan(self, plan):
        """A table can answer every plan."""

    def entropy(self):
        """Entropy of whole canvases, in bits."""
        return entropy_bits(self.probs)

    def marginals(self):
        """P(place = v), (T, V)."""
        return np.stack([np.bincount(column, self.probs, self.vocab_size) for column in self.support.T])

    def total_correlation(self):
        """How much the places tell each other: sum of their entropies less the joint's, in bits."""
        return sum(entropy_bits(row) for row in self.marginals()) - self.entropy()


def entropy_bits(probs):
    """Entropy in bits; 0 log 0 is 0."""
    probs = probs[probs > 0]
    return float(-(probs * np.log2(probs)).sum())
