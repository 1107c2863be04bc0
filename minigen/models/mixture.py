"""Two models asked at once: the mean of what they say. No training, and often better than either."""

import numpy as np

from minigen import maths
from minigen.protocols import NO_CONDITION


class Mixture:
    """P(v) = sum over models of weight * P_model(v), for causal models of one vocabulary."""

    causal = True

    def __init__(self, models, weights):
        self.models, self.weights = models, np.asarray(weights, np.float64)
        self.vocab_size, self.length, self.end = models[0].vocab_size, models[0].length, models[0].end
        self.params = {}

    def logits(self, canvas, at, condition=NO_CONDITION):
        each = [np.log(weight) + maths.log_softmax(model.logits(canvas, at, condition).astype(np.float64))
                for model, weight in zip(self.models, self.weights)]
        return np.logaddexp.reduce(each, axis=0)                               # (B, A, V)

    def check_plan(self, plan):
        for model in self.models:
            model.check_plan(plan)

    def multiplications(self, length):
        """What its models need together."""
        return sum(model.multiplications(length) for model in self.models)
