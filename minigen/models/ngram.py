"""Exact counts: the baseline that every figure is read against.

Interpolated absolute discounting (Ney, Essen and Kneser, 1994). Of each count a little (the
discount) is taken and given to the next shorter context:

    P_k(v | c) = max(n(c v) - d, 0) / n(c) + d * types(c) / n(c) * P_(k-1)(v | c without its oldest token)

down to P_0 = 1 / V. A context that was never seen says what the shorter one says.

Contexts are numbered, not hashed: a context of k tokens is the pair (its last k - 1 tokens, the
token before them). So each level is one sorted array of pairs and a look-up is a binary search,
for any vocabulary and any order.
"""

import numpy as np

from minigen import maths
from minigen.errors import expect_range, say
from minigen.models.causal import check_left_to_right, close_after_end, up_to_end
from minigen.protocols import NO_CONDITION

UNSEEN = -1


class NGram:
    """Counts of up to ``order`` tokens (``order - 1`` of them context).

    ``params`` holds, for each level k (contexts of k tokens):

    - ``pairs{k}``: sorted ``shorter_context * (V + 1) + token``; the index is the context's id,
    - ``first{k}``: where the followers of context i begin in the next two (one more than contexts),
    - ``follower{k}``, ``count{k}``: the tokens seen after it, ascending, and how often.
    """

    causal = True

    def __init__(self, vocab_size, order, discount=0.9, length=None, has_end=False):
        expect_range("order", order, 1, hint="1 counts single tokens, 2 pairs.")
        expect_range("discount", discount, 1e-9, 1.0, hint="It is what each count gives away.")
        self.vocab_size, self.order, self.discount, self.length = vocab_size, order, discount, length
        self.end = vocab_size - 1 if has_end else None
        self.params = {}

    def fit(self, tokens):
        """Count every token after its context. tokens (N, T); running text is one row.

        The place before the first token counts as the token V ("nothing yet"), once: a context
        reaches no further back. After END nothing is counted. Returns the model.
        """
        size = self.vocab_size + 1
        counted = up_to_end(tokens, self.end)
        place = np.broadcast_to(np.arange(tokens.shape[1]), tokens.shape)[counted]
        told = tokens[counted]
        context = np.zeros(told.shape, np.int64)                    # level 0: one empty context
        for k in range(self.order):
            if k:
                pair = context * size + self._back(tokens, k)[counted]
                self.params[f"pairs{k}"], context = np.unique(pair, return_inverse=True)
            grams, counts = np.unique(context * size + told, return_counts=True)
            owner, follower = np.divmod(grams, size)
            contexts = np.arange(context.max() + 2 if context.size else 1)
            self.params[f"first{k}"] = np.searchsorted(owner, contexts)
            self.params[f"follower{k}"], self.params[f"count{k}"] = follower.astype(np.int32), counts
            further = place >= k                                    # where a context of k + 1 tokens exists
            context, told, place = context[further], told[further], place[further]
            counted[counted] = further
        return self

    def _back(self, tokens, k):
        """The token k places to the left of each place, V before the first: (B, T)."""
        padded = np.full((len(tokens), k), self.vocab_size, tokens.dtype)
        return np.concatenate([padded, tokens], axis=1)[:, :tokens.shape[1]]

    def _contexts(self, tokens):
        """For each level the id of the context of each place, UNSEEN where it never occurred."""
        context = np.zeros(tokens.shape, np.int64)
        yield context
        for k in range(1, self.order):
            pairs = self.params[f"pairs{k}"]
            if not pairs.size:                                      # no item was long enough for such contexts
                return
            pair = context * (self.vocab_size + 1) + self._back(tokens, k)
            found = np.minimum(np.searchsorted(pairs, pair), len(pairs) - 1)
            context = np.where((context != UNSEEN) & (pairs[found] == pair), found, UNSEEN)
            yield context

    def probabilities(self, tokens, at):
        """P(v | the tokens before each place of ``at``): (B, A, V) float64."""
        at = np.asarray(at)
        start = max(0, int(at.min()) - self.order)                # older tokens do not matter
        seen, places = tokens[:, start:int(at.max()) + 1], at - start
        # A cut at `start` looks like a beginning, but only to places that are not asked for.
        probs = np.full((len(tokens) * len(at), self.vocab_size), 1.0 / self.vocab_size)
        for k, context in enumerate(self._contexts(seen)):
            self._sharpen(probs, k, context[:, places].ravel())
        return probs.reshape(len(tokens), len(at), -1)

    def _sharpen(self, probs, k, context):
        """One level of the formula above, in place; rows of an unseen context stay."""
        first, follower, count = (self.params[f"{name}{k}"] for name in ("first", "follower", "count"))
        rows = np.flatnonzero(context != UNSEEN)
        begin, types = first[context[rows]], np.diff(first)[context[rows]]
        # Line up the followers of all rows: entry e belongs to row owner[e] and is number `entry` in the list.
        owner = np.repeat(np.arange(len(rows)), types)
        entry = np.repeat(begin - (np.cumsum(types) - types), types) + np.arange(types.sum())
        total = np.bincount(owner, count[entry], len(rows))
        probs[rows] *= (self.discount * types / total)[:, None]
        probs[rows[owner], follower[entry]] += (count[entry] - self.discount) / total[owner]

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Log-probabilities (B, A, V) for the places ``at``, each from the tokens before it."""
        scores = np.log(self.probabilities(canvas, at))
        return close_after_end(scores, canvas, at, self.end)

    def check_plan(self, plan):
        check_left_to_right(plan, "ngram")

    def multiplications(self, length):
        """At most two for every token of the vocabulary, at each level."""
        return int(length * self.order * 2 * self.vocab_size)

    def fill_compiled(self, canvas, u, condition, temperature, top_k, top_p):
        """The whole loop in one kernel: the tokens of ``fill`` left to right, on the same dice."""
        from minigen.models import ngram_numba
        return ngram_numba.fill(self, canvas, u, temperature, top_k, top_p)

    def settings(self):
        return {"vocab_size": self.vocab_size, "order": self.order, "discount": self.discount,
                "length": self.length, "has_end": self.end is not None}

    @classmethod
    def from_settings(cls, settings):
        return cls(**settings)


class Marginals:
    """Exact counts for each place alone: the best that one shot can do without a network.

    Row 3 of the lecture in its purest form: every place is right for itself, and blind to the
    others. Add-``alpha`` smoothing keeps every token possible. For running text all places are
    alike (``length=None``): one row of counts.

    Parameters
    ----------
    has_end : bool
        Whether END is id V - 1: ``cut_at_end`` wants to know.
    tail : bool
        Whether places after the first END count. If they do, place t learns how many items have ended *by* t, and the first END
        comes far too early. If not, it learns P(token at t | not ended before t), and the product of the places gives
        the first END exactly the law of the lengths: as counted, ``alpha`` added to each length from 0 to T.
    """

    blind = True                                              # no place reads another: one pass stands for any plan

    def __init__(self, vocab_size, length=None, alpha=0.1, has_end=False, tail=True):
        if not tail and not (has_end and length):
            raise say("tail", "True for a model without END or without a length", tail, "There is no tail that could be left out.")
        self.vocab_size, self.length, self.alpha, self.tail = vocab_size, length, alpha, tail
        self.end = vocab_size - 1 if has_end else None        # a one-shot canvas may go on after END; decoding cuts it there
        self.params = {}

    def fit(self, tokens):
        """Count. tokens (N, T); for running text one row of any length. Returns the model."""
        columns = tokens.T if self.length else tokens.reshape(1, -1)
        if self.tail:
            counts = np.stack([np.bincount(column, minlength=self.vocab_size) for column in columns]) + self.alpha
            probs = counts / counts.sum(axis=1, keepdims=True)
        else:
            probs = self._up_to_end(tokens)
        with np.errstate(divide="ignore"):                                               # log 0 is -inf, where alpha is 0
            self.params["log_probs"] = np.log(probs)                                     # (T or 1, V)
        return self

    def _up_to_end(self, tokens):
        """P(token | place, not ended before it) (T, V): whether it ends here, then which piece it is if it does not.

        Smoothed together, V pieces would take from END what makes the lengths right.
        """
        goes_on = up_to_end(tokens, self.end) & (tokens != self.end)                     # (N, T)
        sizes = np.bincount(goes_on.sum(axis=1), minlength=self.length + 1) + self.alpha     # (T + 1,) items of each length
        left = sizes[::-1].cumsum()[::-1][:-1]                                           # (T,) ... of this length or longer
        ends = np.divide(sizes[:-1], left, out=np.ones(self.length), where=left > 0)     # where none came, it has ended
        pieces = np.stack([np.bincount(column[on], minlength=self.vocab_size)[:-1] for column, on in zip(tokens.T, goes_on.T)]) + self.alpha
        pieces /= np.maximum(pieces.sum(axis=1, keepdims=True), 1e-300)                  # none at all: END has it all
        return np.concatenate([(1.0 - ends)[:, None] * pieces, ends[:, None]], axis=1)

    def logits(self, canvas, at, condition=NO_CONDITION):
        rows = self.params["log_probs"][np.asarray(at) if self.length else np.zeros(len(at), int)]
        return np.repeat(rows[None], len(canvas), axis=0)                                # (B, A, V)

    def fill_compiled(self, canvas, u, condition, temperature, top_k, top_p):
        """The tokens of ``fill`` under any plan, on the same dice. All canvases ask the same rows, so their sums are made once.

        Nothing is compiled: what a kernel does elsewhere is one search for each place here.
        """
        cdf = np.cumsum(maths.softmax(maths.adjust(self.params["log_probs"], temperature, top_k, top_p)), axis=-1)     # (T or 1, V)
        drawn = np.stack([np.searchsorted(row, dice * row[-1], side="right")
                          for row, dice in zip(np.broadcast_to(cdf, (canvas.shape[1], self.vocab_size)), u.T)], axis=1)
        return np.where(canvas == self.vocab_size, drawn, canvas)                        # (B, T)

    def check_plan(self, plan):
        """Places are independent: any plan gives the same distribution."""

    def multiplications(self, length):
        """None: the answer is looked up."""
        return 0

    def settings(self):
        return {"vocab_size": self.vocab_size, "length": self.length, "alpha": self.alpha, "has_end": self.end is not None,
                "tail": self.tail}

    @classmethod
    def from_settings(cls, settings):
        return cls(**settings)
