"""Which label does a picture have? An MLP that reads pixels; it draws nothing and judges what others drew.

It learns from real pictures only, each moved and bent a little every time it is seen (Simard, Steinkraus and Platt,
2003). What its last hidden layer holds is what it looks at: features, in which distances between samples and data are
measured (Heusel et al., 2017).
"""

from dataclasses import asdict, dataclass

import numpy as np

from minigen import maths
from minigen.models.decoder import Network
from minigen.nn.layers import collect, prefix
from minigen.protocols import NO_CONDITION


@dataclass(frozen=True)
class ClassifierConfig:
    signals: tuple              # (V, C): what every token looks like: PictureCodec.signals
    height: int                 # H
    width: int                  # W
    n_labels: int
    hidden: int = 256           # D
    layers: int = 2             # hidden layers
    shift: float = 0.6          # training pictures are moved by up to so many pixels, down and right
    bend: float = 0.2           # and each edge by up to this share of the picture's size: turned, stretched, slanted

    def __post_init__(self):
        """The table as tuples, whether it comes from an array or from JSON: settings that are equal compare equal."""
        object.__setattr__(self, "signals", tuple(tuple(map(float, row)) for row in self.signals))


def warp(pictures, paper, shift, bend, rng):
    """Pictures (B, H, W, C), each moved and bent by dice of its own; what comes in from outside is ``paper`` (C,).

    Pixel (i, j) becomes what stands at M (i, j) + move, measured from the middle, between pixels by their weighted mean
    (bilinear). M is the identity with up to ``bend`` added to each of its four numbers.
    """
    B, H, W, C = pictures.shape
    matrix = np.eye(2) + rng.uniform(-bend, bend, (B, 2, 2))
    move = rng.uniform(-shift, shift, (B, 2))
    middle = np.array([H - 1, W - 1]) / 2.0
    from_middle = np.stack(np.indices((H, W)), axis=-1) - middle                    # (H, W, 2)
    at = np.einsum("bij,hwj->bhwi", matrix, from_middle) + move[:, None, None] + middle     # (B, H, W, 2)
    framed = np.empty((B, H + 4, W + 4, C), pictures.dtype)                         # two pixels of paper on each side
    framed[...] = paper
    framed[:, 2:-2, 2:-2] = pictures
    at = np.clip(at + 2.0, 0.0, np.array([H, W]) + 2.5)                             # farther out there is only paper
    corner = at.astype(np.int64)
    part = (at - corner)[..., None]                                                 # (B, H, W, 2, 1)
    one, (i, j) = np.arange(B)[:, None, None], (corner[..., 0], corner[..., 1])
    above = framed[one, i, j] * (1 - part[..., 1, :]) + framed[one, i, j + 1] * part[..., 1, :]
    below = framed[one, i + 1, j] * (1 - part[..., 1, :]) + framed[one, i + 1, j + 1] * part[..., 1, :]
    return (above * (1 - part[..., 0, :]) + below * part[..., 0, :]).astype(pictures.dtype)


class Classifier:
    """``predict(tokens)`` names the label, ``features(tokens)`` says what it has seen."""

    end = None

    def __init__(self, config, rng, dtype=np.float32):
        self.config, self.n_labels = config, config.n_labels
        self.signals = np.array(config.signals, dtype)                              # (V, C)
        self.vocab_size, channels = self.signals.shape
        self.length = config.height * config.width                                  # T
        self.network = Network(self.length * channels, config.hidden, config.n_labels, rng, dtype, config.layers)
        self.params = collect(network=self.network)

    @staticmethod
    def is_matrix(name, array):
        """None: small matrices, which Adam trains in a second."""
        return False

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean nats per picture that its label costs; ``rng`` throws the bends, without it pictures stay as they are."""
        x = self.signals[tokens]                                                    # (B, T, C)
        if rng is not None:
            config = self.config
            pictures = x.reshape(len(x), config.height, config.width, -1)
            x = warp(pictures, self.signals[0], config.shift, config.bend, rng)
        scores, cache = self.network.forward(x.reshape(len(x), -1))                 # (B, labels)
        loss, dscores = maths.training_loss(scores, condition.label, np.ones(len(x), bool))
        return loss, prefix("network", self.network.backward(cache, dscores)[1])

    def loss(self, tokens, condition, rng=None):
        """The same loss on pictures as they are, without gradients."""
        return maths.cross_entropy(self.scores(tokens), condition.label)[0]

    def scores(self, tokens):
        """How much each label speaks for itself, (N, labels): the softmax of a row is its probabilities."""
        return self.network.forward(self.signals[tokens].reshape(len(tokens), -1))[0]

    def predict(self, tokens):
        """The likeliest label of each picture (N, T): (N,) int64."""
        return self.scores(tokens).argmax(axis=1)

    def features(self, tokens):
        """The last hidden layer for pictures (N, T): (N, D)."""
        _, (_, last_input) = self.network.forward(self.signals[tokens].reshape(len(tokens), -1))
        return last_input

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(ClassifierConfig(**settings), np.random.default_rng(0))
