"""Two kinds of dataset: separate items, and one long running text.

Both hand out batches of tokens `(B, T)` with what each canvas knows from the start. The law:
in one epoch every piece comes at most once, and what is held out never comes at all.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from minigen.errors import expect_range, expect_shape, expect_tokens, say
from minigen.protocols import NO_CONDITION, Codec, Condition


@dataclass(frozen=True, eq=False)
class Items:
    """Things with a beginning and an end: poems, names, sprites, digits, answers.

    Parameters
    ----------
    kind : str
        What the items are, in one word: the heading of their table.
    train, valid : (N, T) int64
        To learn from, and held out.
    train_label, valid_label : (N,) int64, optional
        What was asked for: the class of a digit, the question that is answered.
    n_labels : int
        How many labels there are; 0 where nothing is asked for.
    augment : callable, optional
        `augment(tokens, rng) -> tokens`, applied to every training batch.
    test, test_label : optional
        Held out a second time, for a last look.
    """

    kind: str
    codec: Codec
    train: np.ndarray
    valid: np.ndarray
    train_label: np.ndarray | None = None
    valid_label: np.ndarray | None = None
    n_labels: int = 0
    augment: Callable | None = None
    test: np.ndarray | None = None
    test_label: np.ndarray | None = None

    def __post_init__(self):
        _expect_rows("train", self.train, None, self.codec)
        _expect_rows("valid", self.valid, self.length, self.codec)
        _expect_labels("train_label", self.train_label, self.train, self.n_labels)
        _expect_labels("valid_label", self.valid_label, self.valid, self.n_labels)
        if self.test is not None:
            _expect_rows("test", self.test, self.length, self.codec)
            _expect_labels("test_label", self.test_label, self.test, self.n_labels)

    @property
    def length(self):
        """T, tokens in an item."""
        return self.train.shape[1]

    def batches(self, size, rng):
        """One epoch in random order: `(tokens (B, T), Condition)`; the last batch may be smaller."""
        expect_range("size", size, 1, hint="How many items should a batch hold?")
        order = rng.permutation(len(self.train))                        # (N,)
        for start in range(0, len(order), size):
            rows = order[start:start + size]                            # (B,)
            tokens = self.train[rows]                                   # (B, T)
            if self.augment is not None:
                tokens = self.augment(tokens, rng)
            yield tokens, self.condition(self.train_label, rows)

    @staticmethod
    def condition(labels, rows):
        """What these rows know from the start."""
        return NO_CONDITION if labels is None else Condition(label=labels[rows])


@dataclass(frozen=True, eq=False)
class Stream:
    """One running text, cut into rows of T wherever it happens to be.

    Parameters
    ----------
    train_stream, valid_stream : (n,) int64
        The text as tokens: what is learned from, and what comes after it.
    row_length : int
        T, tokens in a row.
    """

    kind: str
    codec: Codec
    train_stream: np.ndarray
    valid_stream: np.ndarray
    row_length: int

    # A running text has no labels; the names are here so that both kinds of dataset read alike.
    n_labels = 0
    train_label = valid_label = None

    def __post_init__(self):
        expect_range("row_length", self.row_length, 1)
        # Two rows, so that one is left whatever offset an epoch throws.
        for name, stream, rows in [("train_stream", self.train_stream, 2),
                                   ("valid_stream", self.valid_stream, 1)]:
            expect_shape(name, stream, (None,), hint="A stream is one text after the other, flat.")
            if len(stream) < rows * self.row_length:
                raise say(name, f"at least {rows * self.row_length} tokens", len(stream),
                          "Is the text too short for rows of this length?")
            expect_tokens(name, stream, self.codec.vocab_size)

    @property
    def length(self):
        """T, tokens in a row."""
        return self.row_length

    @property
    def train(self):
        """The training text in consecutive rows (N, T); what does not fill a row is left out."""
        return _cut(self.train_stream, self.row_length)                 # (N, T)

    @property
    def valid(self):
        """The held-out text in consecutive rows (N, T)."""
        return _cut(self.valid_stream, self.row_length)                 # (N, T)

    def batches(self, size, rng):
        """One epoch in random order: `(tokens (B, T), NO_CONDITION)`.

        A new offset is thrown for every epoch, so a row begins in the middle of a word as
        often as anywhere else. Fewer than 2 T tokens, at both ends, sit out an epoch.
        """
        expect_range("size", size, 1, hint="How many rows should a batch hold?")
        offset = rng.integers(self.row_length)
        rows = _cut(self.train_stream[offset:], self.row_length)        # (N, T)
        order = rng.permutation(len(rows))                              # (N,)
        for start in range(0, len(order), size):
            yield rows[order[start:start + size]], NO_CONDITION         # (B, T)


def _cut(stream, length):
    """Whole rows only; a view, no copy."""
    n_rows = len(stream) // length
    return stream[:n_rows * length].reshape(n_rows, length)             # (N, T)


def _expect_rows(name, tokens, length, codec):
    expect_shape(name, tokens, (None, length), hint="Rows of tokens, all of one length.")
    if tokens.size == 0:
        raise say(name, "at least one item", tokens.shape)
    expect_tokens(name, tokens, codec.vocab_size)


def _expect_labels(name, labels, items, n_labels):
    if n_labels == 0 and labels is None:
        return
    if labels is None or n_labels == 0:
        raise say(name, f"labels for n_labels {n_labels}", "none" if labels is None else "some",
                  "Labels and their number come together.")
    expect_shape(name, labels, (len(items),), hint="One label per item.")
    if labels.min() < 0 or labels.max() >= n_labels:
        raise say(name, f"labels from 0 to {n_labels - 1}", f"{labels.min()} to {labels.max()}")
