"""The pieces of work: who does each, how much of it there is, and what bounds it.

Everybody computes the same network from the same numbers and, where something is drawn, meets the same dice:

- *minigen*: the compiled loop, or the training step;
- *torch*: what a user would pick instead (``peers_torch``), where PyTorch is installed;
- *numpy*: the loop with a cache, as a student writes it the second time (``peers_numpy``);
- *plain*: the loop without a cache, as a student writes it first (``strategies.fill``);
- *limit*: what the machine can do at best (``limits``).
"""

from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np

from minigen import data
from minigen.bench import peers_numpy
from minigen.bench.clock import Contestant, interleaved, ratio, spread
from minigen.bench.limits import blas_threads, multiplying, reading
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.parallel import cores, one_blas_thread, one_core
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import fill, generate, shared_latent
from minigen.strategies.plans import all_at_once, one_by_one

SEED = 0                     # of the weights and of the dice
STEPS = 3                    # training steps in one measurement


@dataclass(frozen=True)
class Sizes:
    """How large the networks are, and how patient the clock."""

    transformer: CharLMConfig = CharLMConfig(65, context=256)
    length: int = 256            # T, characters of a stream
    streams: int = 64            # drawn together
    plain_streams: int = 1       # of them, that the plain loop draws
    pixels: tuple = ()           # settings of PixelLMConfig that differ from its defaults: (name, value) pairs
    colours: int = 32            # V of the pixels
    decoder: DecoderConfig = DecoderConfig(2, 784, latent_width=32, hidden=512, layers=2)
    images: int = 1024           # drawn together
    context: int = 64            # T in training
    batch: int = 12
    mlp: tuple = (784, 512, 512, 784)
    mlp_batch: int = 128
    rounds: int = 7
    close_rounds: int = 15       # where a ratio near 1 is expected
    patience: float = 2.0        # see clock.interleaved
    close_patience: float = 4.0


FULL = Sizes()
# So small that the whole benchmark takes seconds: it shows that everything works, and no speed.
TINY = Sizes(CharLMConfig(11, context=8, layers=1, width=16, heads=2), length=12, streams=5, plain_streams=2,
             pixels=(("channels", 8), ("hidden", 12), ("blocks", 1)), colours=4,
             decoder=DecoderConfig(2, 16, latent_width=4, hidden=8, layers=2), images=10, context=16, batch=4,
             mlp=(12, 8, 12), mlp_batch=6, rounds=1, close_rounds=2, patience=0.05, close_patience=1.0)


@dataclass(frozen=True)
class Work:
    """One piece of work: ``amount`` of ``unit``, made by each of the contestants."""

    unit: str
    amount: int
    contestants: dict            # who -> Contestant, minigen first
    close: bool = False          # ratios near 1: more rounds


def torch_peers():
    """``peers_torch``, or None where PyTorch is not installed."""
    if find_spec("torch") is None:
        return None
    from minigen.bench import peers_torch
    return peers_torch


def woken(model, rng):
    """The model with all its params moved a little: as they begin, output layers are zero and every token is as likely."""
    for array in model.params.values():
        array += np.float32(0.05) * rng.standard_normal(array.shape, np.float32)
    return model


def weight_bytes(model, *rooms):
    """Bytes of the params whose names begin with one of ``rooms``."""
    return sum(array.nbytes for name, array in model.params.items() if name.startswith(rooms))


# Sampling


def drawing(model, n, condition=NO_CONDITION, length=None):
    """Everybody in minigen who draws n canvases, as functions without arguments, and the dice (n, T) they meet."""
    canvas = np.full((n, model.length or length), model.vocab_size)
    u = np.random.default_rng(SEED).random(canvas.shape)
    plan = one_by_one if getattr(model, "causal", False) else all_at_once

    def compiled():
        return model.fill_compiled(canvas, u, condition, 1.0, None, None)

    def plain(rows=n, passes=None):
        frames = fill(model, canvas[:rows], np.random.default_rng(SEED), condition.rows(slice(0, rows)), plan=plan)
        for _, tokens in zip(range(passes or canvas.size), frames):
            pass
        return tokens
    return compiled, plain, u


def transformer(sizes, n):
    """Characters from nothing, n streams side by side; one stream on one core, many on all."""
    model = woken(CharLM(sizes.transformer, np.random.default_rng(SEED)), np.random.default_rng(SEED + 1))
    compiled, plain, u = drawing(model, n, length=sizes.length)
    alone, threads = n == 1, 1 if n == 1 else cores()
    some = min(n, sizes.plain_streams)
    who = {"minigen": Contestant(compiled, threads, *[one_core] * alone)}
    if torch := torch_peers():
        peer = torch.TransformerPeer(model)
        who["torch"] = Contestant(lambda: peer.generate(u), threads, partial(torch.torch_threads, threads),
                                  lambda: peer.generate(u[:, :4]))
    who["numpy"] = Contestant(lambda: peers_numpy.transformer(model, u), threads, partial(blas_threads, threads),
                              lambda: peers_numpy.transformer(model, u[:, :4]))
    who["plain"] = Contestant(lambda: plain(some), threads, partial(blas_threads, threads), lambda: plain(some, 4), some / n,
                              "" if some == n else f"{some} of {n} streams, whole; more would cost as much each")
    # Tables of single characters and of pairs are left out: of those a token reads one row.
    who["limit"] = (reading(weight_bytes(model, "transformer.", "head.weight"), sizes.length) if alone
                    else multiplying(n * model.multiplications(sizes.length), threads))
    return Work("tokens", n * sizes.length, who)


def pixels(sizes, side):
    """One picture, pixel by pixel."""
    config = PixelLMConfig(sizes.colours, side, side, **dict(sizes.pixels))
    model = woken(PixelLM(config, np.random.default_rng(SEED)), np.random.default_rng(SEED + 1))
    compiled, plain, u = drawing(model, 1)
    who = {"minigen": Contestant(compiled, 1, one_core)}
    if torch := torch_peers():
        peer = torch.PixelPeer(model)
        who["torch"] = Contestant(lambda: peer.generate(u), cores(), partial(torch.torch_threads, cores()),
                                  lambda: peer.generate(u, 4))
    who["numpy"] = Contestant(lambda: peers_numpy.pixels(model, u), 1, partial(blas_threads, 1))
    who["plain"] = Contestant(plain, 1, partial(blas_threads, 1), lambda: plain(1, 4))
    who["limit"] = reading(weight_bytes(model, "block", "head.weight"), side * side)
    return Work("images", 1, who)


def decoder(sizes, n):
    """n pictures in one pass; one on one core, many on all."""
    model = woken(Decoder(sizes.decoder, np.random.default_rng(SEED)), np.random.default_rng(SEED + 1))
    latent = np.random.default_rng(SEED).standard_normal((n, sizes.decoder.latent_width), np.float32)
    compiled, plain, u = drawing(model, n, Condition(latent=latent))
    alone, threads = n == 1, 1 if n == 1 else cores()
    who = {"minigen": Contestant(compiled, threads, *[one_core] * alone)}
    if torch := torch_peers():
        peer = torch.DecoderPeer(model)
        who["torch"] = Contestant(lambda: peer.generate(latent, u), threads, partial(torch.torch_threads, threads))
    who["numpy"] = Contestant(lambda: peers_numpy.decoder(model, latent, u), threads, partial(blas_threads, threads))
    who["plain"] = Contestant(plain, threads, partial(blas_threads, threads))
    if alone:
        rng = np.random.default_rng(SEED)
        who["generate"] = Contestant(lambda: generate(model, partial(shared_latent), 1, rng), 1, one_core,
                                     note="minigen's front door: checks, dice and latent on the clock")
        who["limit"] = reading(weight_bytes(model, *(f"decoder.{name}.weight" for name in model.decoder.names)))
    else:
        who["limit"] = multiplying(n * model.multiplications(), threads)
    return Work("images", n, who, close=not alone)


# Training


def multiplications_of_a_step(config, batch, length):
    """Multiplications of one training step of a ``CharLM``: forward once, backward twice as many.

    Those of the optimiser are not counted: how Muon comes by its orthogonal matrices is a choice, and no small one.
    """
    D = config.width
    forward = batch * length * (config.layers * (12 * D * D + 2 * length * D) + D * config.vocab_size)
    return 3 * forward


def of_shakespeare(sizes, dataset):
    """The settings of the Transformer that is trained: the form of the one that draws, for the shipped text."""
    return replace(sizes.transformer, vocab_size=dataset.codec.vocab_size, context=sizes.context)


def training_transformer(sizes):
    """One step on a batch of Shakespeare: loss, gradients, clipping, Muon and Adam."""
    from minigen.bench import training
    dataset = data.shakespeare(sizes.context)
    config = of_shakespeare(sizes, dataset)
    order = np.random.default_rng(SEED).permutation(len(dataset.train))[:STEPS * sizes.batch]
    batches = dataset.train[order].reshape(STEPS, sizes.batch, -1)             # (STEPS, B, T)
    step = training.transformer_step_of_minigen(CharLM(config, np.random.default_rng(SEED)))
    who = {"minigen": _steps(step, batches, one_blas_thread)}           # as nn.training.train holds it
    if torch := torch_peers():
        model = CharLM(config, np.random.default_rng(SEED))
        peer = torch.TransformerPeer(model)
        optimiser = torch.Muon(peer.named_parameters(), model.is_matrix, training.MATRIX_RATE, training.MOMENTUM,
                               adam_rate=training.RATE)
        who["torch"] = _steps(partial(torch.transformer_step, peer, optimiser), batches, partial(torch.torch_threads, cores()))
    who["limit"] = multiplying(multiplications_of_a_step(config, sizes.batch, sizes.context), cores())
    return Work("steps", 1, who, close=True)


def mlp_params(widths, rng):
    """``weight0 (n_in, n_out), bias0 (n_out,), weight1, ...`` for layers of these widths."""
    params = {}
    for i, (n_in, n_out) in enumerate(zip(widths, widths[1:])):
        params[f"weight{i}"] = float(np.sqrt(1.0 / n_in)) * rng.standard_normal((n_in, n_out), np.float32)
        params[f"bias{i}"] = np.zeros(n_out, np.float32)
    return params


def training_mlp(sizes):
    """One step of an autoencoder on a batch of grey pictures: loss, gradients, Adam."""
    from minigen.bench import training
    batches = np.random.default_rng(SEED).random((STEPS, sizes.mlp_batch, sizes.mlp[0]), np.float32)

    def params():                                # the same numbers for each
        return mlp_params(sizes.mlp, np.random.default_rng(SEED))
    who = {"minigen": _steps(training.mlp_step_of_minigen(params()), batches, one_blas_thread)}
    if torch := torch_peers():
        peer = torch.mlp_peer(params())
        who["torch"] = _steps(partial(torch.mlp_step, peer, torch.adam(peer)), batches, partial(torch.torch_threads, cores()))
    own, moments, clock = params(), {}, iter(range(10 ** 9))
    who["numpy"] = _steps(lambda x: peers_numpy.mlp_step(own, moments, x, next(clock)), batches, partial(blas_threads, cores()))
    products = [a * b for a, b in zip(sizes.mlp, sizes.mlp[1:])]
    # Backward twice as many as forward, but nobody asks for the gradient of the pictures.
    who["limit"] = multiplying(sizes.mlp_batch * (3 * sum(products) - products[0]), cores())
    return Work("steps", 1, who, close=True)


def _steps(step, batches, *within):
    """A contestant that takes one step on each batch, on all cores."""
    return Contestant(lambda: [step(batch) for batch in batches], cores(), *within, share=len(batches))


# All of them

WORKS = {"transformer, one stream": lambda sizes: transformer(sizes, 1),
         "transformer, 64 streams": lambda sizes: transformer(sizes, sizes.streams),
         "pixels 20x20": lambda sizes: pixels(sizes, 20),
         "pixels 28x28": lambda sizes: pixels(sizes, 28),
         "decoder, one image": lambda sizes: decoder(sizes, 1),
         "decoder, 1024 images": lambda sizes: decoder(sizes, sizes.images),
         "training step, transformer": training_transformer,
         "training step, mlp": training_mlp}


def measured(name, sizes):
    """Lines and ratios of one piece of work, as they stand in ``bench.json``."""
    work = WORKS[name](sizes)
    rounds, patience = (sizes.close_rounds, sizes.close_patience) if work.close else (sizes.rounds, sizes.patience)
    took = interleaved(work.contestants, rounds, patience)
    lines = [line(name, who, contestant.threads, took[who], work.amount, work.unit, contestant.note)
             for who, contestant in work.contestants.items()]
    ratios = [{"work": name, "against": who, "ratio": ratio(took["minigen"], took[who])}
              for who in ("plain", "numpy", "torch", "limit") if who in took]
    return lines, ratios


def line(work, who, threads, seconds, amount=1, unit="runs", note=""):
    """One line of the table: seconds of the whole work, its median, and how much of it is done in a second."""
    median = float(np.median(seconds))
    return {"work": work, "who": who, "threads": threads, "median_s": median, "per_s": amount / median,
            "spread": spread(seconds), "unit": unit, "rounds": len(seconds), "note": note}
