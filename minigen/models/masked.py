"""Any place from any visible places: a small Transformer that looks both ways.

The idea: hide a random part of the canvas and let the network guess what is hidden. Who hides n of T places, n
uniform in 1, ..., T, and pays T / n for each surprise, pays on average what a random order costs, filled one by one
(Uria, Murray and Larochelle, 2014; Hoogeboom et al., 2022). So one network answers every plan: one by one from left
to right, all at once, in blocks, in any order. It is the network on which the number of passes can be chosen
*afterwards*: BERT's (Devlin et al., 2019), read as a generative model.

A place is told its own token (or the mask), what stands around it (a table for each neighbour, in one or two
dimensions), where it is, and the label. Attention does the rest, without a window and without a causal mask.
"""

from dataclasses import asdict, dataclass

import numpy as np

from minigen.errors import expect_range, say
from minigen.models.causal import up_to_end
from minigen.nn.causal_conv import NeighbourTable
from minigen.nn.layers import Dropout, Embedding, Labels, Linear, collect, prefix
from minigen.nn.transformer import Transformer
from minigen.protocols import NO_CONDITION


@dataclass(frozen=True)
class MaskedConfig:
    vocab_size: int             # V; id V is the mask
    length: int                 # T
    has_end: bool = False       # END is id V - 1
    tail: bool = True           # places after the first END count in the loss; without it any plan but left to right is refused
    columns: int = 0            # W of a picture, 0 for text
    n_labels: int = 0           # different conditions, 0 for none
    label_parts: int = 1        # how many of them each canvas is told: two syllables of pinyin
    reach: int = 0              # neighbours on each side that have a table of their own
    pairs: bool = False         # text: so have pairs of neighbours, the two on the left, the two on the right, one of each
    layers: int = 3
    width: int = 64             # D
    heads: int = 4
    dropout: float = 0.0
    tied: bool = False          # the output layer is the embedding table (large vocabularies)
    ordered: bool = False       # colours are grey levels: 3 is nearer to 4 than to 9


def hide(tokens, n_hidden, u, mask):
    """Hide ``n_hidden`` (B,) places of each canvas (B, T), those with the smallest dice u (B, T): canvas, hidden (B, T)."""
    ranks = np.argsort(np.argsort(u, axis=1), axis=1)                          # (B, T)
    hidden = ranks < n_hidden[:, None]
    return np.where(hidden, mask, tokens), hidden


def spread_out(most, u):
    """How many places to hide, (B,): uniform in 1, ..., most (B,), and spread evenly over the batch by one die u.

    Each canvas alone is uniform; together they leave no gap, which makes the loss of a batch less noisy.
    """
    share = (np.arange(len(most)) / len(most) + u) % 1.0                       # (B,) one of each B-th part
    return 1 + (share * most).astype(np.int64)


def neighbours_of(length, columns, reach):
    """The places around every place, T where there is none: (T, taps). Text has a line, pictures a square of them."""
    steps = np.arange(-reach, reach + 1)
    if not columns:
        around = np.arange(length)[:, None] + steps[steps != 0]                # (T, taps)
        return np.where((around >= 0) & (around < length), around, length)
    rows = length // columns
    down, right = (part.ravel() for part in np.meshgrid(steps, steps, indexing="ij"))
    itself = (down == 0) & (right == 0)
    y = np.arange(length)[:, None] // columns + down[~itself]                  # (T, taps)
    x = np.arange(length)[:, None] % columns + right[~itself]
    return np.where((y >= 0) & (y < rows) & (x >= 0) & (x < columns), y * columns + x, length)


class Masked:
    """``logits`` for any hidden place read every visible one, to the left and to the right."""

    def __init__(self, config, rng, dtype=np.float32):
        self.config, self.vocab_size, self.length = config, config.vocab_size, config.length
        self.n_labels, self.label_parts = config.n_labels, config.label_parts
        self.end, self.dtype = config.vocab_size - 1 if config.has_end else None, dtype
        V, D = config.vocab_size, config.width
        self.embedding = Embedding(V + 1, D, rng, dtype, scale=0.02 if config.tied else 0.5)
        self.transformer = Transformer(config.layers, D, config.heads, None, rng, dtype, config.dropout)
        self.dropout = Dropout(config.dropout)
        parts = {"embedding": self.embedding, "transformer": self.transformer}
        if config.columns:
            self.row = parts["row"] = Embedding(config.length // config.columns, D, rng, dtype, scale=0.1)
            self.column = parts["column"] = Embedding(config.columns, D, rng, dtype, scale=0.1)
        else:
            self.place = parts["place"] = Embedding(config.length, D, rng, dtype, scale=0.1)
        if config.reach:
            self.around = neighbours_of(config.length, config.columns, config.reach)           # (T, taps)
            taps = self.around.shape[1]
            self.neighbours = parts["neighbours"] = NeighbourTable(taps, V + 2, D, rng, dtype)
        if config.pairs:
            self.beside = neighbours_of(config.length, 0, 2)[:, [[0, 1], [2, 3], [1, 2]]]          # (T, 3, 2)
            self.pair_table = parts["pair_table"] = NeighbourTable(3, (V + 2) ** 2, D, rng, dtype)
            self.pair_table.params["table"][...] = 0.0                         # most pairs are rare: what was never seen says nothing
        if config.ordered:
            expect_range("reach", config.reach, 1, hint="Grey levels are read from neighbours that have a table.")
            self.shade = parts["shade"] = Linear(taps, D, rng, dtype, bias=False)
            self.curve = parts["curve"] = Linear(D, 2, rng, dtype, zero=True)
            level = np.linspace(-1.0, 1.0, V, dtype=dtype)
            self.levels = np.stack([level, -level * level])                    # (2, V) a slope and a bend
        if config.n_labels:
            self.labels = parts["labels"] = Labels(config.n_labels, config.label_parts, D, rng, dtype)
        if not config.tied:
            self.head = parts["head"] = Linear(D, V, rng, dtype, zero=True)
        self.params = collect(**parts)
        if config.tied:
            self.params["head.bias"] = np.zeros(V, dtype)

    @staticmethod
    def is_matrix(name, array):
        """The inner matrices, which Muon trains; tables and the output layer go to Adam."""
        return name.startswith("transformer.") and array.ndim == 2

    # The network

    def _forward(self, canvas, condition, rng=None):                           # (B, T)
        config, caches = self.config, {}
        x, caches["embedding"] = self.embedding.forward(canvas)                # (B, T, D)
        where = np.arange(config.length)
        if config.columns:
            row, caches["row"] = self.row.forward(where // config.columns)
            column, caches["column"] = self.column.forward(where % config.columns)
            x = x + (row + column)
        else:
            place, caches["place"] = self.place.forward(where)
            x = x + place
        wide = np.concatenate([canvas, np.full((len(canvas), 1), self.vocab_size + 1)], axis=1)    # (B, T + 1) the last stands for outside
        if config.reach:
            seen = wide[:, self.around]                                        # (B, T, taps)
            near, caches["neighbours"] = self.neighbours.forward(seen)
            x += near
        if config.pairs:
            first, second = np.moveaxis(wide[:, self.beside], -1, 0)           # (B, T, 3) each
            pair, caches["pair_table"] = self.pair_table.forward(first * (self.vocab_size + 2) + second)
            x += pair
        if config.ordered:
            level = np.append(self.levels[0], [0, 0]).astype(self.dtype)       # nothing is seen of a mask, nor outside
            shade, caches["shade"] = self.shade.forward(level[seen])
            x += shade
        if config.n_labels:
            label, caches["labels"] = self.labels.forward(condition.label)     # (B, D)
            x = x + label[:, None]
        x, caches["dropout"] = self.dropout.forward(x, rng)
        x, caches["transformer"] = self.transformer.forward(x, rng)
        return x, caches

    def _backward(self, caches, dx):
        config, sums = self.config, {}
        dx, grads = self.transformer.backward(caches["transformer"], dx)
        grads = prefix("transformer", grads)
        dx, _ = self.dropout.backward(caches["dropout"], dx)
        dplace = dx.sum(axis=0)                                                # (T, D)
        for name in ("row", "column") if config.columns else ("place",):
            sums[name] = dplace
        if config.n_labels:
            sums["labels"] = dx.sum(axis=1)                                    # (B, D)
        if config.ordered:
            sums["shade"] = dx
        if config.reach:
            sums["neighbours"] = dx
        if config.pairs:
            sums["pair_table"] = dx
        sums["embedding"] = dx
        for name, part in sums.items():
            grads |= prefix(name, getattr(self, name).backward(caches[name], part)[1])
        return grads

    def _scores(self, x):                                                      # (..., D)
        if not x.size:                                                         # a batch of which nothing is asked
            return np.zeros((*x.shape[:-1], self.vocab_size), x.dtype)
        if self.config.tied:
            table = self.params["embedding.table"][:self.vocab_size]
            flat = x.reshape(-1, x.shape[-1]) @ table.T + self.params["head.bias"]
            return flat.reshape(*x.shape[:-1], -1)                             # (..., V)
        scores = self.head.forward(x)[0]
        if self.config.ordered:
            scores += self.curve.forward(x)[0] @ self.levels
        return scores

    def _scores_backward(self, x, dscores):                                    # (M, D), (M, V): dx, grads
        if self.config.tied:
            table = self.params["embedding.table"][:self.vocab_size]
            dtable = np.zeros_like(self.params["embedding.table"])
            dtable[:self.vocab_size] = dscores.T @ x
            return dscores @ table, {"head.bias": dscores.sum(axis=0), "embedding.table": dtable}
        dx, grads = self.head.backward(x, dscores)
        grads = prefix("head", grads)
        if self.config.ordered:
            dcurve, curve_grads = self.curve.backward(x, dscores @ self.levels.T)
            dx, grads = dx + dcurve, grads | prefix("curve", curve_grads)
        return dx, grads

    # What it learns

    def _hidden(self, tokens, rng):
        """Canvases with holes, which places are asked for, and what each surprise weighs: (B, T) each.

        Every canvas weighs as much: 1 / n for each of its n asked places, so that the sum over places is nats per place.
        """
        counts = up_to_end(tokens, None if self.config.tail else self.end)     # (B, T)
        n_hidden = spread_out(np.full(len(tokens), self.length), rng.random())     # (B,)
        canvas, hidden = hide(tokens, n_hidden, rng.random(tokens.shape), self.vocab_size)
        # Long and short ones show every set of places equally often: only so is P(END here | not ended before) learnt right.
        hidden &= counts
        return canvas, hidden, hidden / n_hidden[:, None] / len(tokens)

    def _loss(self, tokens, condition, rng, dice):
        """Loss, and what the way back needs. ``rng`` hides, ``dice`` silences (dropout; None for nothing)."""
        canvas, hidden, weight = self._hidden(tokens, rng)
        x, caches = self._forward(canvas, condition, dice)
        asked, weight, told = x[hidden], weight[hidden], tokens[hidden]        # (M, D), (M,), (M,)
        scores = self._respect_end(self._scores(asked), canvas, hidden)        # (M, V)
        scores -= scores.max(axis=-1, keepdims=True)
        probs = np.exp(scores)
        total = probs.sum(axis=-1)                                             # (M,)
        rows = np.arange(len(told))
        surprise = np.log(total) - scores[rows, told]
        probs *= (weight / total).astype(self.dtype)[:, None]
        probs[rows, told] -= weight.astype(self.dtype)
        return float(surprise @ weight), (caches, x, hidden, asked, probs)

    def loss(self, tokens, condition=NO_CONDITION, rng=None):
        """The loss alone, nothing dropped: nats per place of a random order, estimated from one mask for each canvas."""
        return self._loss(tokens, condition, rng, None)[0]

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Nats per place of a random order, filled one by one, and the gradients. ``rng`` throws the masks: it is needed."""
        loss, (caches, x, hidden, asked, dscores) = self._loss(tokens, condition, rng, rng if self.config.dropout else None)
        dasked, grads = self._scores_backward(asked, dscores)
        dx = np.zeros_like(x)
        dx[hidden] = dasked
        more = self._backward(caches, dx)
        if self.config.tied:
            more["embedding.table"] += grads.pop("embedding.table")
        return loss, grads | more

    # What it answers

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Scores (B, A, V) for the places ``at``, from all that is visible; a mask is what is not."""
        x, _ = self._forward(canvas, condition)
        at = np.s_[:, np.asarray(at)]
        return self._respect_end(self._scores(x[at]), canvas, at)              # (B, A, V)

    def _respect_end(self, scores, canvas, at):
        """Behind a visible END only END can stand, and before a visible piece none: in place, scores of the places canvas[at]."""
        if self.end is None:
            return scores
        ends, pieces = canvas == self.end, (canvas != self.end) & (canvas != self.vocab_size)
        behind = np.logical_or.accumulate(ends, axis=1)[at]
        before = np.logical_or.accumulate(pieces[:, ::-1], axis=1)[:, ::-1][at]
        scores[before & ~behind, self.end] = -np.inf
        scores[behind, :self.end] = -np.inf
        return scores

    def check_plan(self, plan):
        """Any plan; from left to right where nothing was learnt of what stands behind END."""
        if self.config.tail:
            return
        places = [np.atleast_1d(at) for at in plan]
        if any(np.min(after) < np.max(before) for before, after in zip(places, places[1:])):
            raise say("plan", "blocks from left to right for a model that stops at END", f"{[at.tolist() for at in places][:4]}...",
                      "What stands behind END did not count when it was trained.")

    def multiplications(self, length=None, passes=1):
        """For one canvas: every pass computes every place anew, since each may see the new ones."""
        config, D, T = self.config, self.config.width, self.length
        a_pass = T * config.layers * (12 * D * D + 2 * D * T)
        return int(passes * a_pass + T * D * self.vocab_size)

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(MaskedConfig(**settings), np.random.default_rng(0))
