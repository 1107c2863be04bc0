"""What cannot be wrong: enumerations, plain loops and laws that the tests compare with.

Nothing here is fast and nothing here imports the code under test, apart from the frozen
``Condition``. Letters are those of the alphabet of shapes in ``minigen/__init__.py``.
"""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np

ALARM = 1e-6                    # how often a statistical test may fail although nothing is wrong


# Enumerations

def every(vocab_size, length):
    """All canvases (V ** T, T), in the order of ``joint.ravel()``."""
    return np.array(list(itertools.product(range(vocab_size), repeat=length)), np.int64).reshape(-1, length)


def every_string(vocab_size, length):
    """All canvases whose places after the first END (id V - 1) hold END: one for each string."""
    end, rows = vocab_size - 1, []
    for size in range(length + 1):
        for text in itertools.product(range(end), repeat=size):
            rows.append(list(text) + [end] * (length - size))
    return np.array(rows, np.int64)


def cut_at_end(row, end):
    """The string that a canvas decodes to, END left out."""
    row = list(map(int, row))
    return tuple(row[:row.index(end)] if end in row else row)


class GridDice:
    """A generator whose dice are not random: every combination of ``sides`` values, once each.

    The values are the middles of ``sides`` equal parts of [0, 1). A distribution whose probabilities
    are multiples of 1 / sides is then drawn with exactly those frequencies.
    """

    def __init__(self, sides, columns, children=0):
        grid = (every(sides, columns + children) + 0.5) / sides
        self.own, self.children = grid[:, :columns], grid[:, columns:]
        self.n = len(grid)

    def random(self, shape):
        assert tuple(np.atleast_1d(shape)) == self.own.shape
        return self.own.copy()

    def spawn(self, n):
        class Child:
            def __init__(self, column):
                self.column = column

            def random(self, n):
                assert n == len(self.column)
                return self.column.copy()
        return [Child(column) for column in self.children.T[:n]]


# Tables

def random_joint(rng, vocab_size, length, zeros=0.0):
    """A joint distribution (V, ..., V); ``zeros`` is the share of canvases that are impossible."""
    joint = rng.random((vocab_size,) * length) ** 3             # uneven, so that places depend on each other
    joint[rng.random(joint.shape) < zeros] = 0.0
    joint.flat[rng.integers(joint.size)] += 0.1                 # at least one stays possible
    return joint / joint.sum()


def marginals(joint):
    """(T, V), by summing over all other axes."""
    axes = range(joint.ndim)
    return np.stack([joint.sum(axis=tuple(other for other in axes if other != t)) for t in axes])


def product_of_marginals(joint):
    """What remains of a joint distribution when the places do not know each other."""
    product, rows = np.ones_like(joint), marginals(joint)
    for index in np.ndindex(joint.shape):
        for t, v in enumerate(index):
            product[index] *= rows[t, v]
    return product


def conditional(joint, seen, place):
    """P(place = v | seen), (V,), where ``seen`` is a dict place -> token."""
    weights = np.zeros(joint.shape[0])
    for index in np.ndindex(joint.shape):
        if all(index[t] == v for t, v in seen.items()):
            weights[index[place]] += joint[index]
    return weights / weights.sum()


def softmax(row, temperature=1.0):
    """Probabilities of a list of scores, in plain Python."""
    peak = max(row)
    weights = [math.exp((score - peak) / temperature) for score in row]
    return [weight / math.fsum(weights) for weight in weights]


def away_from_edges(rng, edges):
    """A die that no rounding can carry over an edge between two tokens."""
    while True:
        die = rng.random()
        if np.abs(edges - die).min() > 1e-4:
            return die


def walk(probs, die):
    """Inverse CDF in plain Python: the first token where the running sum passes the die."""
    running = 0.0
    for v, p in enumerate(probs):
        running += p
        if running > die:
            return v
    return max(v for v, p in enumerate(probs) if p > 0)         # rounding at the very end


def plain_fill(joint, u, plan):
    """``fill`` on a table as three plain loops: canvases (B, T) from dice (B, T)."""
    tokens = np.zeros(u.shape, np.int64)
    for b in range(len(u)):
        seen = {}
        for at in plan:
            told = {int(t): walk(conditional(joint, seen, t), u[b, t]) for t in at}
            seen.update(told)
        tokens[b] = [seen[t] for t in range(u.shape[1])]
    return tokens


def random_plan(rng, length):
    """A random order of all places, cut into random groups."""
    order = rng.permutation(length)
    cuts = np.flatnonzero(rng.random(length - 1) < 0.5) + 1
    return np.split(order, cuts)


def entropy_bits(probs):
    return -sum(p * math.log2(p) for p in np.ravel(probs) if p > 0)


def kl_bits(p, q):
    """Kullback-Leibler divergence of two arrays of probabilities, in bits."""
    return sum(a * math.log2(a / b) for a, b in zip(np.ravel(p), np.ravel(q)) if a > 0)


def expected_bits(probs, log_probs):
    """Mean bits that somebody pays who codes ``probs`` (N,) with ``log_probs`` (N,) in nats."""
    return -sum(p * q / math.log(2.0) for p, q in zip(probs, log_probs) if p > 0)


# Statistics

def frequencies(tokens, vocab_size):
    """Share of each canvas among the rows of tokens (B, T), in the order of ``every``: (V ** T,)."""
    ids = np.zeros(len(tokens), np.int64)
    for column in tokens.T:
        ids = ids * vocab_size + column
    return np.bincount(ids, minlength=vocab_size ** tokens.shape[1]) / len(tokens)


def most_by_chance(n, cells=1):
    """How far a frequency of n draws may lie from its probability; one of ``cells`` does with ALARM.

    Hoeffding: P(|frequency - p| >= e) <= 2 exp(-2 n e^2) for each cell, and the sum over the cells.
    """
    return math.sqrt(math.log(2 * cells / ALARM) / (2 * n))


# Networks

def wake(model, rng, scale=0.4):
    """Fill arrays that start at zero, or nearly so, with random values.

    At zero, gradients and dependences are invisible; near zero a normalisation bends so sharply that
    central differences with steps of 1e-5 are themselves wrong.
    """
    for array in model.params.values():
        if array.std() < 0.1:
            array[...] = scale * rng.standard_normal(array.shape)
    return model


def influence(model, canvas, condition):
    """moves[t, s]: do the scores (T, V) of place t change when the token at place s does?

    Exactly: not one bit may differ where the answer is no. canvas (1, T).
    """
    at = np.arange(canvas.shape[1])
    before = model.logits(canvas, at, condition)[0]
    moves = np.zeros((at.size, at.size), bool)
    for s in at:
        changed = canvas.copy()
        changed[0, s] = (changed[0, s] + 1) % model.vocab_size
        moves[:, s] = (model.logits(changed, at, condition)[0] != before).any(axis=1)
    return moves


# Counts

class PlainNGram:
    """Interpolated absolute discounting with dictionaries, straight from the formula.

        P_k(v | c) = max(n(c v) - d, 0) / n(c) + d types(c) / n(c) P_(k-1)(v | c without its oldest token)
    """

    def __init__(self, rows, vocab_size, order, discount, end=None):
        self.vocab_size, self.order, self.discount = vocab_size, order, discount
        self.seen = defaultdict(Counter)                        # context -> how often each token followed
        for row in rows:
            past = []
            for token in map(int, row):
                for context in self.contexts(past):
                    self.seen[context][token] += 1
                if token == end:
                    break
                past.append(token)

    def contexts(self, past):
        """The contexts of 0, 1, ... tokens that end here; the one token before the first is V."""
        past = [self.vocab_size] + list(past)
        return [tuple(past[len(past) - k:]) for k in range(min(self.order, len(past) + 1))]

    def prob(self, token, past):
        p = 1.0 / self.vocab_size
        for context in self.contexts(past):
            if context in self.seen:
                followers = self.seen[context]
                n = sum(followers.values())
                p = max(followers[token] - self.discount, 0) / n + self.discount * len(followers) / n * p
        return p

    def log_prob(self, row, end=None):
        """Of a whole canvas; after END only END is possible."""
        total, past = 0.0, []
        for token in map(int, row):
            if end is not None and end in past:
                total += 0.0 if token == end else -math.inf
            else:
                total += math.log(self.prob(token, past))
            past.append(token)
        return total


def ended(tokens, end):
    """After the first END, END."""
    tokens = tokens.copy()
    for row in tokens:
        if end in row:
            row[row.tolist().index(end):] = end
    return tokens
