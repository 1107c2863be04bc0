"""One shot: an MLP that decides every place of a picture in a single pass.

In two forms. Without a latent it knows nothing but the label, so every picture it can say
something about is the same one: the best it can do is the product of the marginals, and a
draw from that is noise. With a latent z, a random vector that all places share, it is the decoder of a
variational autoencoder (Kingma and Welling, 2014): the encoder belongs to training, where it guesses
which z could have made this picture.
"""

from dataclasses import asdict, dataclass

import numpy as np

from minigen import maths
from minigen.errors import say
from minigen.nn.layers import Embedding, Linear, RMSNorm, SquaredReLU, collect, prefix
from minigen.protocols import NO_CONDITION


@dataclass(frozen=True)
class DecoderConfig:
    vocab_size: int             # V
    length: int                 # T
    n_labels: int = 0           # different conditions, 0 for none
    latent_width: int = 0       # C, 0 for the form without a latent
    hidden: int = 256           # D
    layers: int = 1             # hidden layers, in the decoder and in the encoder
    kl_weight: float = 1.0      # 1 is the bound itself; a little less keeps z informative


class Network:
    """Linear layers with squared ReLU and norm between them: the MLP that decoder and encoder share the form of."""

    def __init__(self, n_in, hidden, n_out, rng, dtype, layers=1):
        widths = [n_in, *[hidden] * layers, n_out]
        self.names = ["first", *(f"middle{i}" for i in range(layers - 1)), "last"]
        self.linears = {name: Linear(a, b, rng, dtype) for name, a, b in zip(self.names, widths, widths[1:])}
        self.activation, self.norm = SquaredReLU(), RMSNorm()
        self.params = collect(**self.linears)

    def forward(self, x):                                        # (B, n_in)
        caches = []
        for name in self.names[:-1]:
            hidden, linear_cache = self.linears[name].forward(x)
            active, active_cache = self.activation.forward(hidden)
            x, norm_cache = self.norm.forward(active)            # squares have long tails: they would run away
            caches.append((linear_cache, active_cache, norm_cache))
        y, last_cache = self.linears["last"].forward(x)
        return y, (caches, last_cache)                           # (B, n_out)

    def backward(self, cache, dy):
        caches, last_cache = cache
        dx, grads = self.linears["last"].backward(last_cache, dy)
        grads = prefix("last", grads)
        for name, (linear_cache, active_cache, norm_cache) in reversed(list(zip(self.names, caches))):
            dactive, _ = self.norm.backward(norm_cache, dx)
            dhidden, _ = self.activation.backward(active_cache, dactive)
            dx, linear_grads = self.linears[name].backward(linear_cache, dhidden)
            grads |= prefix(name, linear_grads)
        return dx, grads


def reparameterise(mean, log_variance, noise):
    """A latent (B, C) as a function of standard normal noise: the gradient passes through the draw."""
    return mean + np.exp(0.5 * log_variance) * noise


def kl_to_normal(mean, log_variance):
    """Kullback-Leibler divergence from N(mean, variance) to N(0, 1), summed over the latent's numbers: nats (B,)."""
    return 0.5 * (mean * mean + np.exp(log_variance) - 1.0 - log_variance).sum(axis=1)


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    """The way back through the draw, and of ``weight`` times the divergence: for mean and log variance, (B, C) each."""
    spread = np.exp(0.5 * log_variance)
    return (dlatent + weight * mean,
            0.5 * (dlatent * noise * spread + weight * (spread * spread - 1.0)))


class Decoder:
    """All places in one pass, from the label and (where there is one) a latent.

    The logits do not read the canvas: a one-shot model is blind to what it has drawn.
    """

    end = None

    def __init__(self, config, rng, dtype=np.float32):
        self.config, self.vocab_size, self.length = config, config.vocab_size, config.length
        self.n_labels, self.latent_width, self.dtype = config.n_labels, config.latent_width, dtype
        # Every place has a bias of its own: the marginals. The MLP bends them.
        inputs = config.n_labels + config.latent_width
        parts = {}
        if inputs:
            self.decoder = parts["decoder"] = Network(inputs, config.hidden, config.length * config.vocab_size,
                                                      rng, dtype, config.layers)
        else:
            self.marginal = parts["marginal"] = Embedding(1, config.length * config.vocab_size, rng, dtype, scale=0.0)
        if config.latent_width:
            seen = config.length * config.vocab_size + config.n_labels
            self.encoder = parts["encoder"] = Network(seen, config.hidden, 2 * config.latent_width, rng, dtype, config.layers)
        self.params = collect(**parts)

    @staticmethod
    def is_matrix(name, array):
        """No inner matrices: both layers of both networks touch the outside, Adam trains them."""
        return False

    def _one_hot(self, ids, size):                               # (...) -> (..., size)
        return (ids[..., None] == np.arange(size)).astype(self.dtype)

    def inputs(self, condition):
        """What the network is told (B, labels + C): the label one-hot, the latent; None where there is nothing to tell."""
        config, parts = self.config, []
        if config.n_labels:
            parts.append(self._one_hot(condition.label, config.n_labels))
        if config.latent_width:
            if condition.latent is None:
                raise say("condition", f"a latent of width {config.latent_width}", "none",
                          "Use the strategy shared_latent, which throws it.")
            parts.append(condition.latent.astype(self.dtype))
        return np.concatenate(parts, axis=1) if parts else None

    def _decode(self, condition):
        """Scores (B, T, V), or (1, T, V) where nothing distinguishes the canvases."""
        inputs = self.inputs(condition)
        flat, cache = self.marginal.forward(np.zeros(1, np.int64)) if inputs is None else self.decoder.forward(inputs)
        return flat.reshape(len(flat), self.length, self.vocab_size), cache

    def encode(self, tokens, condition=NO_CONDITION):
        """Which latents could have made these pictures: mean and log variance, each (B, C)."""
        return self._encode(tokens, condition)[0]

    def _encode(self, tokens, condition):
        seen = self._one_hot(tokens, self.vocab_size).reshape(len(tokens), -1)         # (B, T V)
        if self.config.n_labels:
            seen = np.concatenate([seen, self._one_hot(condition.label, self.config.n_labels)], axis=1)
        guess, cache = self.encoder.forward(seen * self.dtype(np.sqrt(self.vocab_size)))
        mean, log_variance = np.split(guess, 2, axis=1)
        return (mean, log_variance), cache

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        """Mean nats per place: exact without a latent; with one the negative ELBO, from one draw of z."""
        if not self.config.latent_width:
            return self._loss_alone(tokens, condition)
        (mean, log_variance), encoder_cache = self._encode(tokens, condition)
        noise = rng.standard_normal(mean.shape).astype(self.dtype)
        scores, cache = self._decode(condition._replace(latent=reparameterise(mean, log_variance, noise)))
        loss, dscores = maths.training_loss(scores, tokens, np.ones(tokens.shape, bool))
        dinput, grads = self.decoder.backward(cache, dscores.reshape(len(tokens), -1))
        grads = prefix("decoder", grads)
        dlatent = dinput[:, self.config.n_labels:]
        share = self.dtype(self.config.kl_weight / tokens.size)
        kl = kl_to_normal(mean, log_variance).sum()
        dguess = np.concatenate(latent_gradients(dlatent, mean, log_variance, noise, share), axis=1)
        _, encoder_grads = self.encoder.backward(encoder_cache, dguess)
        return loss + float(share * kl), grads | prefix("encoder", encoder_grads)

    def _loss_alone(self, tokens, condition):
        scores, cache = self._decode(condition)
        wide = np.broadcast_to(scores, (len(tokens), *scores.shape[1:]))
        loss, dscores = maths.training_loss(wide, tokens, np.ones(tokens.shape, bool))
        dscores = dscores.reshape(len(tokens), -1)
        if self.config.n_labels:
            return loss, prefix("decoder", self.decoder.backward(cache, dscores)[1])
        return loss, prefix("marginal", self.marginal.backward(cache, dscores.sum(axis=0, keepdims=True))[1])

    def logits(self, canvas, at, condition=NO_CONDITION):
        """Scores (B, A, V) for the places ``at``; the canvas is not read."""
        scores, _ = self._decode(condition)
        return np.broadcast_to(scores, (len(canvas), *scores.shape[1:]))[:, np.asarray(at)]

    def check_plan(self, plan):
        """Places are independent given the latent: any plan gives the same distribution."""

    def multiplications(self, length=None):
        """For one picture."""
        inputs, hidden = self.config.n_labels + self.config.latent_width, self.config.hidden
        return int(inputs and hidden * (inputs + (self.config.layers - 1) * hidden + self.length * self.vocab_size))

    @property
    def blind(self):
        """A compiled pass may stand for any plan: with the same dice, every plan draws the same tokens."""
        return bool(self.config.n_labels or self.config.latent_width)

    def fill_compiled(self, canvas, u, condition, temperature, top_k, top_p):
        """Network and draw in one kernel: the tokens of ``fill`` under any plan, on the same dice."""
        from minigen.models import decoder_numba
        return decoder_numba.fill(self, canvas, u, condition, temperature, top_k, top_p)

    def settings(self):
        return asdict(self.config)

    @classmethod
    def from_settings(cls, settings):
        """A model of this form; its parameters are about to be overwritten."""
        return cls(DecoderConfig(**settings), np.random.default_rng(0))
