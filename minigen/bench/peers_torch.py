"""Peers in PyTorch: what a user would pick instead, written well in eager PyTorch.

Each computes the same function as minigen's model, from copies of the same params, in float32: the same logits up
to rounding, the same gradients, the same tokens on the same dice. Sampling runs under ``torch.inference_mode()``.
How many threads PyTorch uses is the caller's choice (``torch_threads``).

Where two ways of writing a thing were equally plain, the faster one on two cores stands here; a comment says what it
was compared with. Only this file imports torch, and it is imported only where a benchmark asks for it.
"""

import math
import re
import time
from contextlib import contextmanager
from copy import deepcopy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from minigen.bench.peers_numpy import expect_decoder, expect_pixels, expect_transformer
from minigen.errors import expect_range, expect_shape
from minigen.nn.attention import rotary_table, score_scale
from minigen.nn.causal_conv import TAPS, neighbourhood

EPSILON = 1e-6                                   # of the norm, as nn.layers.RMSNorm


@contextmanager
def torch_threads(number):
    """Let PyTorch use so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def rms_norm(x):
    """x at root mean square 1, as ``nn.layers.RMSNorm``."""
    return F.rms_norm(x, x.shape[-1:], eps=EPSILON)


def draw(logits, dice):
    """The first token where the running sum of probabilities passes the die; dice (..., 1) float64.

    The sum is in float64, as everywhere here; the softmax is in float32, a quarter of the time of one in float64.
    """
    cdf = torch.softmax(logits, -1).cumsum(-1, dtype=torch.float64)            # (..., V)
    return torch.searchsorted(cdf, dice * cdf[..., -1:], right=True)           # (..., 1)


def seat(peer, params):
    """Copy minigen's params into a peer: its names, tables as they are, matrices turned as ``nn.Linear`` keeps them."""
    state = {}
    for name, array in params.items():
        turned = array.T if name.endswith(".weight") and array.ndim == 2 else array
        name = re.sub(r"\bblock(\d+)", r"blocks.\1", name).replace(".table", ".weight")
        state[name] = torch.from_numpy(np.array(turned, np.float32, order="C"))
    peer.load_state_dict(state)


# The Transformer


class _Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, score_scale(width // heads)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x, cos, sin):              # (B, T, D), (T, 1, d / 2) both
        # Three products: one with the three weights put together each time takes as long in training.
        query, key, value = (layer(x).unflatten(-1, (self.heads, -1)) for layer in (self.query, self.key, self.value))
        query, key = _rotate(rms_norm(query), cos, sin), _rotate(rms_norm(key), cos, sin)     # (B, T, h, d)
        mixed = F.scaled_dot_product_attention(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2),
                                               is_causal=True, scale=self.scale)              # (B, h, T, d)
        return self.out(mixed.transpose(1, 2).flatten(2))


def _rotate(x, cos, sin):                        # (B, T, h, d)
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


class _MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        return self.down(F.relu(self.up(x)).square())


class _Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention, self.mlp = _Attention(width, heads), _MLP(width)

    def forward(self, x, cos, sin):
        x = x + self.attention(rms_norm(x), cos, sin)
        return x + self.mlp(rms_norm(x))


class TransformerPeer(nn.Module):
    """A ``CharLM``: trained in one pass over a row, drawn from with a cache.

    The matrices are separate parameters under minigen's names, because ``Muon`` makes each of them orthogonal.
    """

    def __init__(self, model):
        super().__init__()
        expect_transformer(model)
        config = model.config
        self.vocab_size, self.context, self.heads = config.vocab_size, config.context, config.heads
        self.embedding = nn.Embedding(config.vocab_size + 1, config.width)
        self.pairs = nn.Embedding((config.vocab_size + 1) ** 2, config.width)
        self.transformer = nn.ModuleDict(
            {"blocks": nn.ModuleList(_Block(config.width, config.heads) for _ in range(config.layers))})
        self.head = nn.Linear(config.width, config.vocab_size)
        for name, table in zip(("cos", "sin"), rotary_table(config.context, config.width // config.heads)):
            self.register_buffer(name, torch.from_numpy(table)[:, None], persistent=False)    # (K, 1, d / 2)
        seat(self, model.params)

    def forward(self, tokens):                   # (B, T)
        """Logits (B, T, V), each from the tokens before it; at most ``context`` tokens, one window."""
        T = tokens.shape[1]
        expect_range("length of the tokens", T, 1, self.context, "Longer rows need a banded mask, which this peer lacks.")
        start = tokens.new_full((len(tokens), 1), self.vocab_size)
        last = torch.cat([start, tokens[:, :-1]], 1)
        before = torch.cat([start, last[:, :-1]], 1)
        x = rms_norm(self.embedding(last) + self.pairs(before * (self.vocab_size + 1) + last))    # (B, T, D)
        for block in self.transformer["blocks"]:
            x = block(x, self.cos[:T], self.sin[:T])
        return self.head(rms_norm(x))

    @torch.inference_mode()
    def generate(self, u, temperature=1.0):
        """Tokens (n, T) int64 on the dice u (n, T) float64, one a step, any T; temperature above 0."""
        expect_range("temperature", temperature, 1e-3, hint="This peer only draws.")
        (n, T), D, V = u.shape, self.head.in_features, self.vocab_size
        head_width, kept = D // self.heads, min(T, self.context)
        blocks, head, bias, turns = self._packed(T, temperature)
        # Rings: the newest token takes the place of the oldest, a softmax does not ask for the order.
        keys, values = ([torch.empty(n * self.heads, kept, head_width) for _ in blocks] for _ in range(2))
        to_unit, heads_to_unit, root = _unit(D), _unit(head_width), math.sqrt(D)
        dice, tokens = torch.from_numpy(u), torch.empty(n, T, dtype=torch.int64)
        last = before = torch.full((n,), V)
        for t in range(T):
            slot, filled, turn = t % kept, min(t + 1, kept), turns[t]
            pair = F.embedding(torch.add(last, before, alpha=V + 1), self.pairs.weight)
            x = to_unit(F.embedding(last, self.embedding.weight) + pair) * root               # (n, D)
            for (qkv, out, up, down), key, value in zip(blocks, keys, values):
                asked = torch.mm(to_unit(x), qkv).view(n, 3 * self.heads, head_width)
                turned = heads_to_unit(asked[:, :2 * self.heads]).view(n, 2 * self.heads, -1, 2)
                turned = torch.view_as_real(torch.view_as_complex(turned) * turn).flatten(2)    # (n, 2 h, d)
                query = turned[:, :self.heads].reshape(-1, 1, head_width)                     # (n h, 1, d)
                key[:, slot] = turned[:, self.heads:].reshape(-1, head_width)
                value[:, slot] = asked[:, 2 * self.heads:].reshape(-1, head_width)
                # Two products and a softmax: up to a tenth faster than scaled_dot_product_attention for one query.
                weights = torch.softmax(torch.bmm(query, key[:, :filled].mT), -1)          # (n h, 1, k)
                x = torch.addmm(x, torch.bmm(weights, value[:, :filled]).view(n, D), out)
                x = torch.addmm(x, torch.mm(to_unit(x), up).relu_().square_(), down)
            before, last = last, draw(torch.addmm(bias, to_unit(x), head), dice[:, t:t + 1])[:, 0]
            tokens[:, t] = last
        return tokens.numpy()

    def _packed(self, T, temperature):
        """Weights for ``generate``: whatever a step would multiply by a constant is multiplied here, once.

        The norm gives vectors of length 1 instead of root mean square 1, its factor stands in the next weights.
        The pairs of numbers that are turned stand side by side and are turned as one complex number; the turn of the
        queries carries the scale of the scores.
        """
        D, root = self.head.in_features, math.sqrt(self.head.in_features)
        head_width = D // self.heads
        side_by_side = torch.arange(head_width).view(2, -1).T.flatten()        # 0, d / 2, 1, d / 2 + 1, ...

        def paired(weight):
            return weight.view(self.heads, head_width, D)[:, side_by_side].view(D, D)
        blocks = []
        for block in self.transformer["blocks"]:
            attention, mlp = block.attention, block.mlp
            qkv = torch.cat([paired(attention.query.weight), paired(attention.key.weight), attention.value.weight])
            blocks.append(((root * qkv).T.contiguous(), attention.out.weight.T.contiguous(),
                           (root * mlp.up.weight).T.contiguous(), mlp.down.weight.T.contiguous()))
        turns = torch.complex(*map(torch.from_numpy, rotary_table(T, head_width)))[:, None]    # (T, 1, d / 2)
        turns = torch.cat([turns.expand(-1, self.heads, -1) * (score_scale(head_width) * head_width),
                           turns.expand(-1, self.heads, -1)], 1)                               # (T, 2 h, d / 2)
        return (blocks, (root / temperature * self.head.weight).T.contiguous(), self.head.bias / temperature, turns)


def _unit(width):
    """A norm to length 1 in three calls: ``F.rms_norm`` is five, and calls are what a small step spends its time on."""
    epsilon = torch.tensor(math.sqrt(width * EPSILON))

    def to_unit(x):
        return x / torch.hypot(torch.linalg.vector_norm(x, dim=-1, keepdim=True), epsilon)
    return to_unit


def orthogonalise(stack, rounds=5):
    """``nn.optimisers.orthogonalise`` for a stack (N, n, m) with n <= m: one batched product instead of N."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = stack / (torch.linalg.vector_norm(stack, dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(rounds):
        gram = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x


class Muon:
    """The update of ``nn.optimisers.Muon``: matrices of one shape in a stack, all the rest by PyTorch's fused Adam.

    Parameters
    ----------
    named_parameters : iterable of (name, parameter)
        Matrices as ``nn.Linear`` keeps them, (n_out, n_in).
    is_matrix : callable (name, parameter) -> bool
        Which of them are inner matrices; ``CharLM.is_matrix`` fits a ``TransformerPeer``.
    """

    def __init__(self, named_parameters, is_matrix, learning_rate=0.02, momentum=0.95, rounds=5, decay=0.0,
                 adam_rate=0.003, adam_decay=0.0):
        self.learning_rate, self.momentum, self.rounds, self.decay = learning_rate, momentum, rounds, decay
        self.adam_rate, self.rate = adam_rate, 1.0
        self.stacks, others = {}, []             # (short side, long side) -> parameters
        for name, parameter in named_parameters:
            if is_matrix(name, parameter):
                self.stacks.setdefault(tuple(sorted(parameter.shape)), []).append(parameter)
            else:
                others.append(parameter)
        self.velocities = {shape: torch.zeros(len(stack), *shape) for shape, stack in self.stacks.items()}
        # A matrix with more outputs than inputs takes a longer step.
        self.stretches = {shape: torch.tensor([max(1.0, p.shape[0] / p.shape[1]) ** 0.5 for p in stack])[:, None, None]
                          for shape, stack in self.stacks.items()}
        self.adam = torch.optim.AdamW(others, lr=adam_rate, betas=(0.9, 0.99), eps=1e-8, weight_decay=adam_decay,
                                      fused=True)

    def zero_grad(self):
        """Forget all gradients."""
        self.adam.zero_grad(set_to_none=True)
        for stack in self.stacks.values():
            for parameter in stack:
                parameter.grad = None

    @torch.no_grad()
    def step(self):
        """Change all parameters by their gradients; ``rate`` scales every learning rate."""
        for group in self.adam.param_groups:
            group["lr"] = self.rate * self.adam_rate
        self.adam.step()
        speed = self.rate * self.learning_rate
        for shape, stack in self.stacks.items():
            grads = torch.stack([_lying(p.grad) for p in stack])                              # (N, n, m)
            velocity = self.velocities[shape].lerp_(grads, 1 - self.momentum)
            change = orthogonalise(grads.lerp_(velocity, self.momentum), self.rounds)         # Nesterov's look-ahead
            change *= speed * self.stretches[shape]
            if self.decay:
                torch._foreach_mul_(stack, 1 - speed * self.decay)
            for parameter, part in zip(stack, change):
                parameter.sub_(part.mT if _stands(parameter) else part)


def _stands(matrix):
    return matrix.shape[0] > matrix.shape[1]


def _lying(matrix):
    """With its long side along the rows."""
    return matrix.mT if _stands(matrix) else matrix


def transformer_step(peer, optimiser, tokens):
    """One training step on tokens (B, T); the loss before it, mean nats per token."""
    tokens = torch.as_tensor(tokens)
    optimiser.zero_grad()
    loss = F.cross_entropy(peer(tokens).flatten(0, 1), tokens.flatten())
    loss.backward()
    nn.utils.clip_grad_norm_(peer.parameters(), 1.0, foreach=True)
    optimiser.step()
    return loss.item()


# Pixels


class _PixelBlock(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        # The bottom row of a causal 3 x 3 kernel is all zero: 2 x 3 is the same in two thirds of the time.
        self.conv = nn.Conv2d(width, hidden, (2, 3), padding=1, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x):                        # (B, H, W, D): to conv2d, which counts otherwise, "channels last"
        hidden = self.conv(rms_norm(x).permute(0, 3, 1, 2))[:, :, :x.shape[1]].permute(0, 2, 3, 1)
        return x + self.down(F.relu(hidden).square())


class PixelPeer(nn.Module):
    """A ``PixelLM``: masked convolutions over the whole picture, for each pixel anew when it draws."""

    def __init__(self, model):
        super().__init__()
        expect_pixels(model)
        config = model.config
        self.vocab_size, self.height, self.width, self.reach = config.vocab_size, config.height, config.width, config.reach
        self.taps, D = len(neighbourhood(config.reach)), config.channels
        self.neighbours = nn.EmbeddingBag(self.taps * (config.vocab_size + 1), D, mode="sum")
        self.census, self.head = nn.Linear(config.vocab_size, D), nn.Linear(D, config.vocab_size)
        self.row, self.column = nn.Embedding(config.height, D), nn.Embedding(config.width, D)
        self.blocks = nn.ModuleList(_PixelBlock(D, config.hidden) for _ in range(config.blocks))
        self.register_buffer("first_row", (config.vocab_size + 1) * torch.arange(self.taps), persistent=False)
        seat(self, {name: _kernel(array) if name.endswith("conv.weight") else array
                    for name, array in model.params.items()})
        self.to(memory_format=torch.channels_last)

    def forward(self, tokens):                   # (B, T)
        """Logits (B, T, V), each from the pixels before it."""
        expect_shape("tokens", tokens, (None, self.height * self.width), "Every pixel, in raster order.")
        return self.head(self._hidden(tokens))

    def _hidden(self, tokens):                   # (B, T) -> (B, T, D)
        B, H, W, reach, V = len(tokens), self.height, self.width, self.reach, self.vocab_size
        padded = F.pad(tokens.view(B, H, W), (reach, reach, reach, 0), value=V)
        # The window around each pixel in raster order: what it may see stands first.
        around = padded.unfold(1, reach + 1, 1).unfold(2, 2 * reach + 1, 1).flatten(3)[..., :self.taps]   # (B, H, W, taps)
        # Look-ups added up: a tenth of the time of a convolution of the one-hot picture.
        seen = self.neighbours((around + self.first_row).view(-1, self.taps)).view(B, H, W, -1)
        used = torch.zeros(B, H * W + 1, V)                                    # one place late: strictly before
        used[:, 1:].scatter_(2, tokens[..., None], 1.0)
        used = self.census(used[:, :-1].cumsum_(1).log1p_()).view(B, H, W, -1)
        x = rms_norm(seen + used + self.row.weight[:, None] + self.column.weight)                   # (B, H, W, D)
        for block in self.blocks:
            x = block(x)
        return rms_norm(x).flatten(1, 2)

    @torch.inference_mode()
    def generate(self, u, passes=None):
        """Tokens (n, T) int64 on the dice u (n, T): the whole picture for each pixel, as one writes it first.

        With ``passes`` only the first pixels are drawn.
        """
        dice, tokens = torch.from_numpy(u), torch.zeros(u.shape, dtype=torch.int64)
        for t in range(u.shape[1])[:passes]:
            tokens[:, t:t + 1] = draw(self.head(self._hidden(tokens)[:, t]), dice[:, t:t + 1])
        return tokens.numpy()


def _kernel(taps):
    """(5, n_in, n_out) -> (n_out, n_in, 2, 3), zero to the right of the pixel itself."""
    kernel = np.zeros((2, 3, *taps.shape[1:]), np.float32)
    for (row, column), tap in zip(TAPS, taps):
        kernel[row + 1, column + 1] = tap
    return kernel.transpose(3, 2, 0, 1)


# One shot


class DecoderPeer(nn.Module):
    """A ``Decoder`` with a latent: Linear layers with squared ReLU and norm between them."""

    def __init__(self, model):
        super().__init__()
        expect_decoder(model)
        self.length, self.vocab_size = model.length, model.vocab_size
        own = {name: array for name, array in model.params.items() if name.startswith("decoder.")}
        names = dict.fromkeys(name.split(".")[1] for name in own)              # first, middle0, ..., last
        self.decoder = nn.ModuleDict({name: nn.Linear(*own[f"decoder.{name}.weight"].shape) for name in names})
        seat(self, own)

    def forward(self, latent):                   # (B, C)
        """Logits (B, T, V)."""
        *hidden, last = self.decoder.values()
        for layer in hidden:
            latent = rms_norm(F.relu(layer(latent)).square())
        return last(latent).view(-1, self.length, self.vocab_size)

    @torch.inference_mode()
    def generate(self, latent, u):
        """Tokens (n, T) int64 from latents (n, C) on the dice u (n, T): one pass."""
        return draw(self(torch.from_numpy(latent)), torch.from_numpy(u)[..., None])[..., 0].numpy()


# A plain network in training


class Autoencoder(nn.Module):
    """Linear layers with ReLU between them."""

    def __init__(self, widths):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):                        # (B, n_in)
        """What the last layer says, of the size of x."""
        *hidden, last = self.layers
        for layer in hidden:
            x = F.relu(layer(x))
        return last(x)


def mlp_peer(params):
    """An ``Autoencoder`` from arrays ``weight0 (n_in, n_out), bias0, weight1, ...``."""
    number = len(params) // 2
    peer = Autoencoder([len(params["weight0"]), *(params[f"bias{i}"].size for i in range(number))])
    seat(peer, {f"layers.{i}.{kind}": params[f"{kind}{i}"] for i in range(number) for kind in ("weight", "bias")})
    return peer


def adam(peer, learning_rate=1e-3):
    """PyTorch's fused Adam with the settings of ``nn.optimisers.Adam``."""
    return torch.optim.Adam(peer.parameters(), lr=learning_rate, betas=(0.9, 0.99), eps=1e-8, fused=True)


def mlp_step(peer, optimiser, x):
    """One training step on x (B, n_in); the loss before it, mean squared error over all outputs."""
    x = torch.as_tensor(x)
    optimiser.zero_grad(set_to_none=True)
    loss = F.mse_loss(peer(x), x)
    loss.backward()
    optimiser.step()
    return loss.item()


# nanoGPT


class _GPTBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.norm1, self.norm2 = heads, nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = (part.view(B, T, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(D, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class NanoGPT(nn.Module):
    """nanoGPT (Karpathy, https://github.com/karpathy/nanoGPT) in the size of its CPU configuration."""

    def __init__(self, vocab_size, context=64, layers=4, heads=4, width=128):
        super().__init__()
        self.token, self.place = nn.Embedding(vocab_size, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(_GPTBlock(width, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width, bias=False), nn.Linear(width, vocab_size, bias=False)
        self.head.weight = self.token.weight
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                deep = 0.02 / math.sqrt(2 * layers) if name.endswith(("out.weight", "down.weight")) else 0.02
                nn.init.normal_(parameter, 0.0, deep)

    def forward(self, ids):                      # (B, T): unlike CharLM it is given the first character
        """Logits (B, T, V) of the character after each."""
        x = self.token(ids) + self.place.weight[:ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def train_nanogpt(stream, windows, vocab_size, steps, threads=2):
    """Train ``NanoGPT`` as its CPU configuration does: batches of 12, AdamW at 1e-3 with a cosine down to 1e-4.

    Parameters
    ----------
    stream : (N,) int64
        The training text.
    windows : (M, context + 1) int64
        Held-out text; the first character of each window is given.

    Returns
    -------
    seconds, loss, step : float
        Of training alone; mean nats on the windows after it; median seconds of a step.
    """
    expect_range("steps", steps, 1)
    with torch_threads(threads):
        torch.manual_seed(0)
        model = NanoGPT(vocab_size, windows.shape[1] - 1)
        stream, windows = torch.from_numpy(stream), torch.from_numpy(windows)
        _nanogpt_steps(deepcopy(model), stream, 5)                             # warm: off the clock
        took = _nanogpt_steps(model, stream, steps)
        with torch.inference_mode():
            total = sum(F.cross_entropy(model(part[:, :-1]).flatten(0, 1), part[:, 1:].flatten(), reduction="sum").item()
                        for part in windows.split(100))
    return sum(took), total / windows[:, 1:].numel(), float(np.median(took))


def _nanogpt_steps(model, stream, steps, batch=12, warmup=100):
    """Train for some steps; the seconds of each."""
    context = len(model.place.weight)
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
                                  lr=1e-3, betas=(0.9, 0.99))
    dice, took = torch.Generator().manual_seed(0), []
    for step in range(steps):
        start = time.perf_counter()
        rate = (1e-3 * (step + 1) / warmup if step < warmup
                else 1e-4 + 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) * 9e-4)
        for group in optimiser.param_groups:
            group["lr"] = rate
        starts = torch.randint(len(stream) - context - 1, (batch,), generator=dice)
        rows = torch.stack([stream[i:i + context + 1] for i in starts])
        loss = F.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        took.append(time.perf_counter() - start)
    return took
