"""One shot with a *discrete* latent: first one choice, then every place at once given the choice.

P(answer | question) = sum over z of P(z | question) * product over places up to END of P(token | question, z).

With one choice this is the plain one-shot model. With as many choices as there are right answers
each choice can stand for one answer, and all-at-once is as good as one by one. The sum is short, so
everything is exact: loss, gradient and score.
"""

from dataclasses import asdict, dataclass

import numpy as np

from minigen import maths
from minigen.errors import say
from minigen.models.causal import up_to_end
from minigen.nn.layers import Embedding, collect, prefix
from minigen.protocols import NO_CONDITION


@dataclass(frozen=True)
class ChoiceDecoderConfig:
    vocab_size: int             # V
    length: int                 # T
    n_labels: int               # questions
    choices: int                # values of the latent
    has_end: bool = False       # END is id V - 1; what stands after the first END does not count


class ChoiceDecoder:
    """A mixture of independent places: tables of scores per question and choice, learnt by gradient."""

    def __init__(self, config, rng, dtype=np.float32):
        self.config, self.vocab_size, self.length = config, config.vocab_size, config.length
        self.n_labels, self.end = config.n_labels, config.vocab_size - 1 if config.has_end else None
        rows = config.n_labels * config.choices
        self.places = Embedding(rows, config.length * config.vocab_size, rng, dtype, scale=0.1)
        self.prior = Embedding(config.n_labels, config.choices, rng, dtype, scale=0.0)
        self.params = collect(places=self.places, prior=self.prior)

    def lean(self, tokens, label, strength=2.0):
        """Start each choice of each question near another answer seen in training (N, T).

        Choices must start different, or they would all learn the same; started at random, two of them
        often end on one answer while a third stands between two. Each takes the answer farthest from
        those taken before (farthest first; Gonzalez, 1985). Returns the model.
        """
        scores = self._place_scores(*np.indices((self.config.n_labels, self.config.choices)))[0]   # a copy (Q, Z, T, V)
        for question in range(self.config.n_labels):
            rows = np.unique(tokens[label == question], axis=0)                        # (n, T)
            nearest = np.full(len(rows), np.inf)
            for choice in range(self.config.choices):
                taken = rows[np.argmax(nearest)]
                nearest = np.minimum(nearest, (rows != taken).sum(axis=1))
                scores[question, choice, np.arange(self.length), taken] += strength
        self.params["places.table"][...] = scores.reshape(self.params["places.table"].shape)
        return self

    @staticmethod
    def is_matrix(name, array):
        """Nothing but tables: Adam trains them."""
        return False

    def latent_logits(self, n, condition):
        """Scores of the choices before anything is drawn: (n, choices)."""
        return self.prior.forward(condition.label)[0]

    def _place_scores(self, label, latent):
        scores, cache = self.places.forward(label * self.config.choices + latent)
        return scores.reshape(*label.shape, self.length, self.vocab_size), cache       # (..., T, V)

    def _joint(self, tokens, condition):
        """log P(z) + sum over places that count of log P(token | z): (B, choices), and what backward needs."""
        everyone = np.broadcast_to(np.arange(self.config.choices), (len(tokens), self.config.choices))
        label = np.broadcast_to(condition.label[:, None], everyone.shape)
        scores, places_cache = self._place_scores(label, everyone)                     # (B, Z, T, V)
        log_probs = maths.log_softmax(scores)
        told = np.take_along_axis(log_probs, tokens[:, None, :, None], -1)[..., 0]     # (B, Z, T)
        prior, prior_cache = self.prior.forward(condition.label)                       # (B, Z)
        counted = up_to_end(tokens, self.end)                                          # (B, T)
        joint = maths.log_softmax(prior) + np.where(counted[:, None], told, 0).sum(axis=-1)
        return joint, (log_probs, places_cache, prior, prior_cache, counted)

    def count(self, tokens):
        """How many places count in the loss: up to and including END."""
        return up_to_end(tokens, self.end).sum()

    def string_log_prob(self, tokens, condition=NO_CONDITION):
        """log P(string), nats (B,), exact: summed over the choices, whatever stands after END."""
        joint = self._joint(tokens, condition)[0].astype(np.float64)
        return np.logaddexp.reduce(joint, axis=1)

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean nats per place that counts, exact, and its gradients; no dice are needed."""
        joint, (log_probs, places_cache, prior, prior_cache, counted) = self._joint(tokens, condition)
        total = np.logaddexp.reduce(joint, axis=1)                                     # (B,)
        blame = np.exp(joint - total[:, None])                  # P(z | tokens): who made this answer
        share = joint.dtype.type(1.0 / counted.sum())
        dscores = np.exp(log_probs)
        told = np.take_along_axis(dscores, tokens[:, None, :, None], -1)
        np.put_along_axis(dscores, np.broadcast_to(tokens[:, None, :, None], told.shape), told - 1, -1)
        dscores *= blame[..., None, None] * counted[:, None, :, None] * share
        dprior = (maths.softmax(prior) - blame) * share
        grads = prefix("places", self.places.backward(places_cache, dscores.reshape(*joint.shape, -1))[1])
        return -float(total.sum(dtype=np.float64)) / counted.sum(), grads | prefix(
            "prior", self.prior.backward(prior_cache, dprior)[1])

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Scores (B, A, V) for the places ``at``, given question and choice; the canvas is not read."""
        if condition.latent is None:
            raise say("condition", "a latent (one choice per canvas)", "none",
                      "Use the strategy shared_latent, which throws it.")
        return self._place_scores(condition.label, condition.latent)[0][:, np.asarray(at)]

    def check_plan(self, plan):
        """Places are independent given the choice: any plan gives the same distribution."""

    def multiplications(self, length=None):
        """None: the scores are looked up."""
        return 0

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        return cls(ChoiceDecoderConfig(**settings), np.random.default_rng(0))
