"""The six nouns of the house.

They are protocols: any object with these methods fits, no inheritance is needed. Letters
are those of the alphabet of shapes in ``minigen/__init__.py``.
"""

from typing import Any, Iterator, NamedTuple, Protocol

import numpy as np


class Condition(NamedTuple):
    """What a whole canvas knows before its first piece is drawn.

    ``label`` is what was asked for: the class of a digit, the question to answer.
    ``latent`` is the luck that all places share: a vector (B, C) of floats, or (B,) ids.
    """

    label: np.ndarray | None = None       # (B,) int64
    latent: np.ndarray | None = None      # (B, C) float32, or (B,) int64

    def rows(self, index):
        """The same condition for some of the canvases."""
        return Condition(*(None if part is None else part[index] for part in self))


NO_CONDITION = Condition()


class Codec(Protocol):
    """Raw things to tokens and back. Law: decode undoes encode."""

    vocab_size: int                       # V; id V is the mask, "nothing here yet"
    end: int | None                       # the id of END (V - 1), where things have a length

    def encode(self, raw) -> np.ndarray: ...                                # (T,)

    def decode(self, tokens) -> Any: ...


class Dataset(Protocol):
    """Items to learn from and items held out. Law: each item once an epoch, none in both."""

    train: np.ndarray                     # (N, T) int64
    valid: np.ndarray                     # (N, T) int64
    codec: Codec

    def batches(self, size, rng) -> Iterator[tuple[np.ndarray, Condition]]: ...


class Layer(Protocol):
    """A differentiable function. Law: central differences in float64 give its gradients."""

    params: dict

    def forward(self, x): ...             # -> (y, cache)

    def backward(self, cache, dy): ...    # -> (dx, grads)


class Model(Protocol):
    """What could stand at a place. Law: gradient check; a causal model ignores the future."""

    params: dict
    vocab_size: int                       # V
    length: int | None                    # T, or None where any length will do

    def loss_and_grads(self, tokens, condition, rng) -> tuple[float, dict]: ...

    def logits(self, canvas, at, condition) -> np.ndarray: ...              # (B, A, V)

    def check_plan(self, plan) -> None: ...


class Strategy(Protocol):
    """When a place is decided. Law: on a table, enumeration gives the promised distribution."""

    def __call__(self, model, canvas, rng, condition=NO_CONDITION) -> Iterator[np.ndarray]: ...


class Optimizer(Protocol):
    """Changes params in place. Law: two steps by hand."""

    def step(self, params, grads) -> None: ...
