"""A character-level language model: a small causal Transformer.

The idea: what comes next depends on what stands to the left. Places are read through attention
over the K tokens before them; one pass over a training row gives T lessons at once, because
the shifted input shows each place its past and never itself (Vaswani et al., 2017; Radford et
al., 2018). Two things make few steps go far, both switchable: the table of character pairs
added to the embedding (a bigram model that the network only has to correct), and the Muon
optimiser in ``nn.optimisers``.
"""

from dataclasses import asdict, dataclass

import numpy as np

from minigen import maths
from minigen.models.causal import check_left_to_right, close_after_end, shifted, up_to_end
from minigen.nn.layers import Dropout, Embedding, Labels, Linear, collect, prefix
from minigen.nn.transformer import Transformer
from minigen.protocols import NO_CONDITION


@dataclass(frozen=True)
class CharLMConfig:
    vocab_size: int             # V; id V is the mask, and stands before the first token
    length: int | None = None   # T of an item, None for running text
    has_end: bool = False       # END is id V - 1
    n_labels: int = 0           # different conditions, 0 for none
    context: int = 64           # K, tokens each layer reads to the left
    layers: int = 4
    width: int = 128            # D
    heads: int = 4
    dropout: float = 0.0
    tied: bool = False          # the output layer is the embedding table (large vocabularies)
    pairs: bool = True          # a table of token pairs beside the embedding (small vocabularies)
    label_parts: int = 1        # how many labels each canvas is told: two syllables of pinyin


class CharLM:
    """Causal Transformer over tokens; ``logits`` for place t read only places before t."""

    causal = True

    def __init__(self, config, rng, dtype=np.float32):
        self.config, self.vocab_size, self.length = config, config.vocab_size, config.length
        self.n_labels, self.label_parts, self.end = config.n_labels, config.label_parts, config.vocab_size - 1 if config.has_end else None
        size, width = config.vocab_size + 1, config.width
        self.embedding = Embedding(size, width, rng, dtype, scale=0.02 if config.tied else 0.5)
        self.transformer = Transformer(config.layers, width, config.heads, config.context, rng, dtype,
                                       config.dropout)
        self.dropout = Dropout(config.dropout)
        parts = {"embedding": self.embedding, "transformer": self.transformer}
        if config.pairs:
            self.pair_embedding = parts["pairs"] = Embedding(size * size, width, rng, dtype, scale=0.0)
        if config.n_labels:
            self.labels = parts["labels"] = Labels(config.n_labels, config.label_parts, width, rng, dtype)
        if not config.tied:
            self.head = parts["head"] = Linear(width, config.vocab_size, rng, dtype, zero=True)
        self.params = collect(**parts)
        if config.tied:
            self.params["head.bias"] = np.zeros(config.vocab_size, dtype)

    @staticmethod
    def is_matrix(name, array):
        """The inner matrices, which Muon trains; tables and the output layer go to Adam."""
        return name.startswith("transformer.") and array.ndim == 2

    def count(self, tokens):
        """How many places count in the loss: up to and including END."""
        return up_to_end(tokens, self.end).sum()

    def _forward(self, inputs, condition, rng=None):           # (B, T)
        x, embedding_cache = self.embedding.forward(inputs)     # (B, T, D)
        pair_cache = label_cache = None
        if self.config.pairs:
            before = shifted(inputs, self.vocab_size)           # the token left of the one on the left
            pair, pair_cache = self.pair_embedding.forward(before * (self.vocab_size + 1) + inputs)
            x = x + pair
        if self.config.n_labels:
            label, label_cache = self.labels.forward(condition.label)   # (B, D)
            x = x + label[:, None]
        x, dropout_cache = self.dropout.forward(x, rng)
        x, transformer_cache = self.transformer.forward(x, rng)
        return x, (embedding_cache, pair_cache, label_cache, dropout_cache, transformer_cache)

    def _scores(self, x):                                       # (..., D)
        if not self.config.tied:
            return self.head.forward(x)                         # (..., V)
        table = self.params["embedding.table"][:self.vocab_size]
        return (x.reshape(-1, x.shape[-1]) @ table.T + self.params["head.bias"]).reshape(*x.shape[:-1], -1), x

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean nats per counted place (up to and including END), and its gradients.

        ``rng`` throws the dice of dropout; without it nothing is dropped.
        """
        x, caches = self._forward(shifted(tokens, self.vocab_size), condition, rng)
        embedding_cache, pair_cache, label_cache, dropout_cache, transformer_cache = caches
        scores, head_cache = self._scores(x)                    # (B, T, V)
        loss, dscores = maths.training_loss(scores, tokens, up_to_end(tokens, self.end))
        if self.config.tied:
            dx, dtable, dbias = self._tied_backward(x, dscores)
            grads = {"head.bias": dbias}
        else:
            dx, grads = self.head.backward(head_cache, dscores)
            grads = prefix("head", grads)
        dx, transformer_grads = self.transformer.backward(transformer_cache, dx)
        grads.update(prefix("transformer", transformer_grads))
        dx, _ = self.dropout.backward(dropout_cache, dx)
        grads.update(prefix("embedding", self.embedding.backward(embedding_cache, dx)[1]))
        if self.config.pairs:
            grads.update(prefix("pairs", self.pair_embedding.backward(pair_cache, dx)[1]))
        if self.config.n_labels:
            grads.update(prefix("labels", self.labels.backward(label_cache, dx.sum(axis=1))[1]))
        if self.config.tied:
            grads["embedding.table"][:self.vocab_size] += dtable
        return loss, grads

    def _tied_backward(self, x, dscores):
        """The way back where the output layer is the embedding table: for x, the table, the bias."""
        flat, dflat = x.reshape(-1, x.shape[-1]), dscores.reshape(-1, dscores.shape[-1])
        table = self.params["embedding.table"][:self.vocab_size]
        return (dflat @ table).reshape(x.shape), dflat.T @ flat, dflat.sum(axis=0)

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Scores (B, A, V) for the places ``at``, each from the tokens before it."""
        at = np.asarray(at)
        seen = canvas[:, :at.max() + 1]
        x, _ = self._forward(shifted(seen, self.vocab_size), condition)
        scores, _ = self._scores(x[:, at])                      # (B, A, V)
        return close_after_end(scores, seen, at, self.end)

    def check_plan(self, plan):
        check_left_to_right(plan, "char_lm")

    def multiplications(self, length):
        """For one sample of ``length`` tokens, each token computed once (with a cache)."""
        config, D = self.config, self.config.width
        attended = np.minimum(np.arange(1, length + 1), config.context).sum()
        a_token = config.layers * 12 * D * D + D * config.vocab_size
        return int(length * a_token + config.layers * 2 * D * attended)

    def fill_compiled(self, canvas, u, condition, temperature, top_k, top_p):
        """The whole loop in one kernel: the tokens of ``fill`` left to right, on the same dice."""
        from minigen.models import char_lm_numba
        return char_lm_numba.fill(self, canvas, u, condition, temperature, top_k, top_p)

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(CharLMConfig(**settings), np.random.default_rng(0))
