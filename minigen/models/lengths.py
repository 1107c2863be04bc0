"""How long, and what then: a table of lengths, and a model that is told the length.

The second of two answers to "how long is the answer?" (the first is to cut at END): the length is drawn first, then
exactly that many places (Gu et al., 2018, who call it fertility; Lee, Mansimov and Cho, 2018). The joint probability is

    P(string) = P(L) * P(the L pieces | L)

A model is told the length by the canvas itself: END stands from place L on, like a prompt, and at the places before it END
is impossible. When that is done the strategy ``length_first`` decides.
"""

import numpy as np

from minigen import maths
from minigen.errors import expect_in, expect_range, expect_shape, say
from minigen.models.causal import up_to_end
from minigen.models.masked import Masked, hide, spread_out
from minigen.protocols import NO_CONDITION

SCORED_AT_ONCE = 2 ** 19        # scores that are held in memory at a time (a batch of rows)
MOST_NUMBERS = 2 ** 24          # in all tables of pieces together: 64 MB


class Lengths:
    """P(length | label), counted.

    Parameters
    ----------
    counts : (Q, T + 1)
        How many items have 0, 1, ..., T pieces, for each of Q labels; one row where nothing is asked.
    alpha : float
        Added to every count, so that a length that no training item has stays possible. With 0 the table is the counts
        themselves, and an item of another length has probability 0.
    """

    def __init__(self, counts, alpha=0.1):
        counts = np.asarray(counts, np.int64)
        expect_shape("counts", counts, (None, None), "One row for each label.")
        expect_range("alpha", alpha, 0.0)
        self.counts, self.alpha = counts, alpha
        total = counts.sum(axis=1, keepdims=True) + alpha * counts.shape[1]
        expect_range("items of each label", total.min(), 1e-300, hint="With alpha 0 every label needs an item to learn its lengths from.")
        with np.errstate(divide="ignore"):                          # log 0 is -inf
            self.log_probs = np.log((counts + alpha) / total)       # (Q, T + 1)

    @classmethod
    def fit(cls, tokens, end, labels=None, n_labels=0, alpha=0.1):
        """Count the lengths of items (N, T) that end in ``end``; ``labels`` (N,) where each label has lengths of its own."""
        sizes = sizes_of(tokens, end)                               # (N,)
        columns = tokens.shape[1] + 1
        labels = np.zeros(len(tokens), np.int64) if labels is None else labels
        expect_shape("labels", labels, (len(tokens),), "One label for each item.")
        rows = max(n_labels, int(labels.max(initial=0)) + 1)
        return cls(np.bincount(labels * columns + sizes, minlength=rows * columns).reshape(rows, columns), alpha)

    @property
    def n_labels(self):
        """How many labels have a row of their own, 0 where nothing is asked."""
        return len(self.counts) if len(self.counts) > 1 else 0

    def logits(self, n, condition=NO_CONDITION):
        """log P(length) for n canvases: (n, T + 1) float64."""
        return self.log_probs[condition.label if self.n_labels else np.zeros(n, np.int64)]

    def settings(self):
        """What a checkpoint keeps, fit for JSON: the counts are few."""
        return {"counts": self.counts.tolist(), "alpha": self.alpha}

    @classmethod
    def from_settings(cls, settings):
        return cls(**settings)


def leaning(counts, fallback):
    """Probabilities along the last axis: counts (..., V), and for each kind that was seen one more for the ``fallback``."""
    kinds = np.maximum((counts > 0).sum(axis=-1, keepdims=True), 1)
    return (counts + kinds * fallback) / (counts.sum(axis=-1, keepdims=True) + kinds)


def sizes_of(tokens, end):
    """Pieces before the first END, (B,)."""
    return (up_to_end(tokens, end) & (tokens != end)).sum(axis=1)


class MarginalsGivenLength:
    """Exact counts for each place and each length: P(piece at t | the length), blind to the other places.

    Of n counts at a place, k of them different, the fallback has weight k / (n + k) (Witten and Bell, 1991), and it asks not how
    often a piece occurs but at how many pairs of length and place (Kneser and Ney, 1995). A comma is frequent, and stands at very
    few: so it does not leak into places where only characters stand.

    Parameters
    ----------
    lengths : sequence of int
        Those that have tables of their own; for every other length there is the fallback alone.
    """

    blind = True

    def __init__(self, vocab_size, length, lengths=()):
        for told in lengths:
            expect_range("lengths", told, 0, length)
        self.vocab_size, self.length, self.end, self.lengths = vocab_size, length, vocab_size - 1, [int(told) for told in lengths]
        self._table = np.zeros(length + 1, np.int64)                # table 0: the fallback
        self._table[self.lengths] = np.arange(1, len(self.lengths) + 1)
        self.params = {}

    @classmethod
    def fit(cls, tokens, vocab_size):
        """Count items (N, T). The lengths that occur get tables, the frequent ones first, as many as memory is meant for."""
        T, sizes = tokens.shape[1], sizes_of(tokens, vocab_size - 1)
        frequent = np.argsort(-np.bincount(sizes), kind="stable")[:np.unique(sizes).size]
        model = cls(vocab_size, T, np.sort(frequent[:max(1, MOST_NUMBERS // (T * vocab_size))]))
        counts = [np.stack([np.bincount(column, minlength=vocab_size)[:-1] for column in tokens[sizes == told].T])
                  for told in model.lengths]                        # (T, V - 1) each; END is no piece
        stands = sum((each > 0).sum(axis=0) for each in counts)     # (V - 1,) at how many places of how many lengths
        fallback = leaning(stands, 1.0 / (vocab_size - 1))
        probs = np.zeros((1 + len(counts), T, vocab_size), np.float32)
        probs[0, :, :-1] = fallback
        for table, each in zip(probs[1:], counts):
            table[:, :-1] = leaning(each, fallback)
        with np.errstate(divide="ignore"):                          # log 0 is -inf: END
            model.params["log_probs"] = np.log(probs)
        return model

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Log-probabilities (B, A, V) of the pieces at ``at``; the first END on the canvas says which length is meant."""
        table = self._table[np.where(canvas == self.end, np.arange(self.length), self.length).min(axis=1)]      # (B,)
        return self.params["log_probs"][table[:, None], np.asarray(at)]

    def check_plan(self, plan):
        """Places are independent, given the length: any plan gives the same distribution."""

    def multiplications(self, length=None):
        """None: the answer is looked up."""
        return 0

    def settings(self):
        return {"vocab_size": self.vocab_size, "length": self.length, "lengths": self.lengths}

    @classmethod
    def from_settings(cls, settings):
        return cls(**settings)


class MaskedGivenLength(Masked):
    """The any-order network, trained for this use alone: the length is always in sight and never asked for.

    Every canvas shows END from place L on, n of its L pieces are hidden, n uniform in 1, ..., L, and no loss is spent on END.
    """

    def __init__(self, config, rng, dtype=np.float32):
        if not (config.has_end and config.tail):
            raise say("config", "has_end=True and tail=True", f"has_end={config.has_end} and tail={config.tail}",
                      "The network is told the length by the ENDs that it sees.")
        if getattr(config, "from_left", 0.0):
            raise say("from_left", 0.0, config.from_left, "Here all orders of the pieces are learnt alike.")
        super().__init__(config, rng, dtype)

    def _hidden(self, tokens, rng, from_left=0.0):
        pieces = up_to_end(tokens, self.end) & (tokens != self.end)            # (B, T)
        n_hidden = spread_out(pieces.sum(axis=1), rng.random())                # (B,)
        _, hidden = hide(tokens, n_hidden, np.where(pieces, rng.random(tokens.shape), 2.0), self.vocab_size)
        hidden &= pieces                                                       # an empty item has nothing to hide
        canvas = np.where(hidden, self.vocab_size, np.where(pieces, tokens, self.end))
        return canvas, hidden, hidden / n_hidden[:, None] / len(tokens)


KINDS = {cls.__name__: cls for cls in (Masked, MarginalsGivenLength, MaskedGivenLength)}


class WithLength:
    """One model of two: ``lengths`` says how many places there are, ``places`` what stands there, told how many.

    Parameters
    ----------
    lengths : Lengths
    places : model
        One that can be told the length by the ENDs on the canvas: ``MarginalsGivenLength``, or ``Masked`` with ``tail=True``.
        Its ``params`` are those of the whole, so training and checkpoints reach them; lengths are counted, not trained.
    """

    def __init__(self, lengths, places):
        if places.length != lengths.counts.shape[1] - 1:
            raise say("lengths", f"a table from 0 to {places.length}", f"one from 0 to {lengths.counts.shape[1] - 1}",
                      "Were both learnt from the same items?")
        if places.end is None or not getattr(getattr(places, "config", None), "tail", True):
            raise say("places", "a model that can be told the length by the ENDs it sees", f"{type(places).__name__} that never saw one",
                      "A masked network needs has_end=True and tail=True.")
        self.lengths, self.places = lengths, places
        self.vocab_size, self.length, self.end = places.vocab_size, places.length, places.end
        self.params = places.params
        self.n_labels, self.label_parts = getattr(places, "n_labels", 0) or lengths.n_labels, getattr(places, "label_parts", 1)

    # Training is that of the places

    def is_matrix(self, name, array):
        """What Muon trains."""
        return self.places.is_matrix(name, array)

    def count(self, tokens):
        """Places that count in the loss."""
        return getattr(self.places, "count", np.size)(tokens)

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """The places' own loss and gradients: the lengths are counted, and exact already. Judged by ``string_log_prob``."""
        return self.places.loss_and_grads(tokens, condition, rng)

    # What it answers

    def length_logits(self, n, condition=NO_CONDITION):
        """log P(length) for n canvases: (n, T + 1)."""
        return self.lengths.logits(n, condition)

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Scores (B, A, V) for the places ``at`` of canvases that are told their length: END from there on, none before."""
        at = np.asarray(at)
        scores = self.places.logits(canvas, at, condition)                     # (B, A, V)
        behind = np.cumsum(canvas == self.end, axis=1)[:, at] > 0              # (B, A)
        scores[~behind, self.end] = -np.inf
        scores[behind] = -np.inf
        scores[behind, self.end] = 0.0
        return scores

    def string_log_prob(self, tokens, condition=NO_CONDITION):
        """log P(string), nats (B,), drawn in one pass: log P(L), and each of the L pieces given L and nothing else.

        Other plans: ``strategies.length.length_first_log_prob``.
        """
        sizes, at = sizes_of(tokens, self.end), np.arange(self.length)
        total = self.length_logits(len(tokens), condition)[np.arange(len(tokens)), sizes].astype(np.float64)
        rows = max(1, SCORED_AT_ONCE // (self.length * self.vocab_size))
        for i in range(0, len(tokens), rows):
            some = slice(i, i + rows)
            open_places = at < sizes[some, None]                               # (b, T)
            canvas = np.where(open_places, self.vocab_size, self.end)
            log_probs = maths.log_softmax(self.logits(canvas, at, condition.rows(some)))        # (b, T, V)
            told = np.take_along_axis(log_probs, tokens[some, :, None], axis=-1)[..., 0]
            total[some] += np.where(open_places, told, 0.0).sum(axis=1, dtype=np.float64)
        return total

    def check_plan(self, plan):
        """No plan alone: UserError. The length comes first, and a canvas that is not told it would never end."""
        raise say("strategy", "'length_first' for a model that is told the length", "a plan over places alone",
                  "The length is decided before any place.")

    def multiplications(self, length=None):
        """For one canvas in one pass; the length is looked up."""
        return self.places.multiplications(length)

    def settings(self):
        """What a checkpoint keeps, fit for JSON."""
        return {"lengths": self.lengths.settings(), "places": {"model": type(self.places).__name__, "settings": self.places.settings()}}

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; the parameters of its places are about to be overwritten."""
        kind = settings["places"]["model"]
        expect_in("model", kind, list(KINDS))
        return cls(Lengths.from_settings(settings["lengths"]), KINDS[kind].from_settings(settings["places"]["settings"]))
