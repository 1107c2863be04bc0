"""A small picture in one shot: one choice for the whole picture, then every pixel by itself.

P(picture) = sum over z of P(z) * product over places of P(pixel | z): a mixture of independent places (latent class
analysis; Lazarsfeld and Henry, 1968). The sum is short, so loss, gradient and score are exact. With few pixels and a choice
for every kind of picture that is enough: the smallest step of a cascade.
"""

import numpy as np

from minigen import maths
from minigen.nn.layers import Embedding, collect


class Mixture:
    """Tables of scores for each label and choice. Part of a model: ``label`` (B,) is 0 everywhere where nothing is asked.

    Parameters
    ----------
    length : int
        T, the places of the small picture.
    n_labels : int
        Different conditions, 0 for none; each has choices of its own.
    choices : int
        Z, values of the latent.
    """

    def __init__(self, vocab_size, length, rng, dtype=np.float32, *, n_labels=0, choices=1):
        self.vocab_size, self.length, self.choices, self.dtype = vocab_size, length, choices, dtype
        self.labels = max(n_labels, 1)                                                 # Q
        self.places = Embedding(self.labels * choices, length * vocab_size, rng, dtype, scale=0.1)
        self.prior = Embedding(self.labels, choices, rng, dtype, scale=0.0)
        self.params = collect(places=self.places, prior=self.prior)

    def fit(self, tokens, label, rng, rounds=10, smoothing=3.0):
        """Expectation maximisation (Dempster, Laird and Rubin, 1977) from a few training pictures (N, T).

        Parameters
        ----------
        smoothing : float
            How many pictures the marginals weigh in each choice: the fewer pictures have made a choice, the nearer it stays to
            what any picture would be.

        Returns
        -------
        Mixture
            Itself. Gradients may go on from here; from random tables they would need hundreds of steps, and leave
            some choices unused.
        """
        T, V, Z = self.length, self.vocab_size, self.choices
        overall = (np.bincount(tokens.ravel(), minlength=V) + 1.0) / (tokens.size + V)         # (V,) no colour is impossible
        for asked in np.unique(label):
            seen = self._one_hot(tokens[label == asked], np.float64)                           # (n, T V)
            marginal = (seen.sum(axis=0).reshape(T, V) + smoothing * overall) / (len(seen) + smoothing)
            chosen = seen[rng.permutation(max(len(seen), Z))[:Z] % len(seen)].reshape(Z, T, V)
            probs, prior = 0.5 * (chosen + marginal), np.full(Z, 1.0 / Z)
            for _ in range(rounds):
                joint = seen @ np.log(probs).reshape(Z, -1).T + np.log(prior)                  # (n, Z)
                made = np.exp(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True))       # P(z | picture)
                weight = made.sum(axis=0)                                                      # (Z,) pictures of each choice
                probs = ((made.T @ seen).reshape(Z, T, V) + smoothing * marginal) / (weight + smoothing)[:, None, None]
                prior = (weight + 0.1) / (len(seen) + 0.1 * Z)
            self.places.params["table"][asked * Z:(asked + 1) * Z] = np.log(probs).reshape(Z, -1)
            self.prior.params["table"][asked] = np.log(prior)
        return self

    def choice_logits(self, label):
        """Scores of the choices before anything is drawn: (B, Z)."""
        return self.prior.forward(label)[0]

    def logits(self, label, choice):
        """Scores (B, T, V) of all places, given the choice (B,)."""
        return self.places.forward(label * self.choices + choice)[0].reshape(len(label), self.length, self.vocab_size)

    def _one_hot(self, tokens, dtype):                                                 # (B, T) -> (B, T V)
        return (tokens[..., None] == np.arange(self.vocab_size)).astype(dtype).reshape(len(tokens), -1)

    def _joint(self, tokens, label):
        """log P(z) + sum over places of log P(pixel | z): (B, Z), and what backward needs."""
        table = self.places.params["table"]
        log_probs = maths.log_softmax(table.reshape(-1, self.length, self.vocab_size))         # (Q Z, T, V)
        seen = self._one_hot(tokens, self.dtype)
        told = (seen @ log_probs.reshape(table.shape).T).reshape(len(tokens), self.labels, -1)      # (B, Q, Z)
        log_prior = maths.log_softmax(self.prior.params["table"])                              # (Q, Z)
        return log_prior[label] + told[np.arange(len(tokens)), label], (log_probs, seen, log_prior)

    def log_prob(self, tokens, label):
        """log P(picture), nats (B,), exact: summed over the choices."""
        return np.logaddexp.reduce(self._joint(tokens, label)[0].astype(np.float64), axis=1)

    def loss_and_grads(self, tokens, label):
        """Mean nats per place, exact, and its gradients."""
        joint, (log_probs, seen, log_prior) = self._joint(tokens, label)
        total = np.logaddexp.reduce(joint, axis=1)                                     # (B,)
        made = np.zeros((len(tokens), self.labels, self.choices), self.dtype)          # P(z | picture), under its own label
        made[np.arange(len(tokens)), label] = np.exp(joint - total[:, None])
        made /= self.dtype(tokens.size)
        weight = made.sum(axis=0)                                                      # (Q, Z)
        drawn = (made.reshape(len(tokens), -1).T @ seen).reshape(log_probs.shape)      # (Q Z, T, V)
        dplaces = np.exp(log_probs) * weight.reshape(-1, 1, 1) - drawn
        dprior = np.exp(log_prior) * weight.sum(axis=1, keepdims=True) - weight
        return -float(total.sum(dtype=np.float64)) / tokens.size, {
            "places.table": dplaces.reshape(self.params["places.table"].shape), "prior.table": dprior}
