"""Pixels over a palette: monsters of 20 x 20, handwritten digits of 8 x 8."""

import numpy as np

from minigen import data
from minigen.data.pyramid import common_factors
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.denoiser import Denoiser, DenoiserConfig
from minigen.models.masked import Masked, MaskedConfig
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.models.routed import Cascade, CascadeConfig
from minigen.recipes.base import Recipe, Row, Training


def _pixel_lm(forms, ordered):
    def build(dataset, size, rng):
        settings, training = forms[size]
        codec = dataset.codec
        config = PixelLMConfig(codec.vocab_size, codec.height, codec.width, dataset.n_labels, ordered=ordered, **settings)
        return PixelLM(config, rng), training
    return build


def _decoder(latent_width, forms):
    def build(dataset, size, rng):
        settings, training = forms[size]
        config = DecoderConfig(dataset.codec.vocab_size, dataset.length, dataset.n_labels, latent_width, **settings)
        return Decoder(config, rng), training
    return build


def _cascade(forms, ordered):
    def build(dataset, size, rng):
        settings, training = forms[size]
        codec = dataset.codec
        config = CascadeConfig(codec.vocab_size, codec.height, codec.width, dataset.n_labels,
                               common_factors(codec.height, codec.width), ordered=ordered, **settings)
        mirrors = dataset.augment is not None           # such pictures have no labels: a mirrored digit is none
        seen = np.concatenate([dataset.train, codec.mirror(dataset.train)]) if mirrors else dataset.train
        return Cascade(config, rng).begin(seen, dataset.train_label, rng), training
    return build


def _masked(forms, ordered):
    def build(dataset, size, rng):
        settings, training = forms[size]
        codec = dataset.codec
        config = MaskedConfig(codec.vocab_size, dataset.length, columns=codec.width, n_labels=dataset.n_labels, ordered=ordered, **settings)
        return Masked(config, rng), training
    return build


def _denoiser(forms):
    def build(dataset, size, rng):
        settings, training = forms[size]
        codec = dataset.codec
        patch = 2 if codec.height % 2 == codec.width % 2 == 0 else 1
        config = DenoiserConfig(codec.signals, codec.height, codec.width, dataset.n_labels, patch, **settings)
        return Denoiser(config, rng), training
    return build


def _load(default):
    def load(size, path=None, tile=None):
        return data.picture_folder(path, tile) if path else default()
    return load


ROWS = (Row("one_by_one", "pixel_lm"), Row("all_at_once", "decoder"), Row("shared_latent", "latent decoder"),
        Row("cascade", "cascade", "small to large"))
SHOTS = (Row("mask_predict", "masked", "masked to unmasked"), Row("diffusion", "denoiser", "noisy to clean"))
TINY_PIXELS = {"channels": 16, "hidden": 16, "blocks": 1, "reach": 2}, Training(30, 8, looks=1, held_out=32)
TINY_DECODER = {"hidden": 32}, Training(30, 16, looks=1)
TINY_CASCADE = {"choices": 16, "channels": 16, "hidden": 32}, Training(30, 16, rate=0.02, looks=1, held_out=32)
TINY_MASKED = {"layers": 1, "width": 32, "heads": 2, "reach": 1}, Training(30, 8, looks=1, held_out=32)
TINY_DENOISER = {"layers": 1, "hidden": 16, "heads": 2}, Training(30, 8, looks=1, held_out=32)

SPRITES = Recipe(
    "sprites", "Monsters of 20 x 20 pixels over 32 colours", "pixel", _load(data.sprites),
    {"pixel_lm": _pixel_lm({
        "tiny": TINY_PIXELS,
        "small": ({"dropout": 0.2}, Training(100, 16, decay=1.0, average=0.97, looks=1)),
        "full": ({"dropout": 0.3, "colour_dropout": 0.05}, Training(600, 16, decay=1.0, average=0.98, looks=10))}, ordered=False),
     "decoder": _decoder(0, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(60, 64, rate=0.1, looks=1)),
         "full": ({}, Training(200, 64, rate=0.1, looks=1))}),
     "latent decoder": _decoder(16, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(80, 64, rate=0.002, decay=5.0, looks=1)),
         "full": ({}, Training(500, 64, rate=0.002, decay=5.0, looks=10))}),
     "cascade": _cascade({
         "tiny": TINY_CASCADE,
         "small": ({"dropout": 0.3, "colour_dropout": 0.1}, Training(100, 32, rate=0.02, average=0.97, looks=2)),
         "full": ({"choices": 128, "channels": 96, "hidden": 256, "dropout": 0.5, "colour_dropout": 0.05},
                  Training(200, 64, matrix_rate=0.01, average=0.98, looks=10))}, ordered=False),
     "masked": _masked({
         "tiny": TINY_MASKED,
         "small": ({"layers": 1, "reach": 3}, Training(200, 16, average=0.97, looks=1)),
         "full": ({"layers": 1, "reach": 3}, Training(600, 16, average=0.99, looks=5))}, ordered=False),
     "denoiser": _denoiser({
         "tiny": TINY_DENOISER,
         "small": ({"layers": 3, "hidden": 64}, Training(600, 16, average=0.98, looks=1)),
         "full": ({"layers": 4, "hidden": 96}, Training(1400, 16, average=0.99, looks=5))})},
    ROWS, "pixel_lm", "patches of 2 x 2 pixels that no training sprite contains", ("data", "tile"), SHOTS)

DIGITS = Recipe(
    "digits", "Handwritten digits of 8 x 8 pixels over 17 grey levels", "pixel", _load(data.digits),
    {"pixel_lm": _pixel_lm({
        "tiny": TINY_PIXELS,
        "small": ({"blocks": 3, "dropout": 0.2, "colour_dropout": 0.05}, Training(150, 32, decay=1.0, average=0.97, looks=1)),
        "full": ({"blocks": 3, "dropout": 0.2, "colour_dropout": 0.05}, Training(2400, 32, decay=1.0, average=0.99, looks=10))},
        ordered=True),
     "decoder": _decoder(0, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(150, 64, rate=0.01, looks=1)),
         "full": ({}, Training(400, 64, rate=0.01, looks=4))}),
     "latent decoder": _decoder(16, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(200, 64, rate=0.003, decay=5.0, looks=2)),
         "full": ({}, Training(800, 64, rate=0.003, decay=5.0, looks=10))}),
     "cascade": _cascade({
         "tiny": TINY_CASCADE,
         "small": ({"choices": 16, "reach": 2, "dropout": 0.3, "colour_dropout": 0.05}, Training(200, 32, rate=0.02, average=0.97, looks=4)),
         "full": ({"choices": 16, "reach": 2, "dropout": 0.3, "colour_dropout": 0.05}, Training(400, 32, average=0.98, looks=10))}, ordered=True),
     "masked": _masked({
         "tiny": TINY_MASKED,
         "small": ({"layers": 2, "reach": 2}, Training(300, 32, average=0.97, looks=1)),
         # As long as pixel_lm trains, measured in seconds of work.
         "full": ({"layers": 2, "reach": 2}, Training(1500, 32, matrix_rate=0.015, average=0.99, looks=3))}, ordered=True),
     "denoiser": _denoiser({
         "tiny": TINY_DENOISER,
         "small": ({"layers": 3, "hidden": 64}, Training(450, 64, average=0.98, looks=1)),
         "full": ({"layers": 4, "hidden": 96, "dropout": 0.1}, Training(3000, 32, average=0.995, looks=10))})},
    ROWS, "pixel_lm", "patches of 2 x 2 pixels that no training digit contains", ("data", "tile"), SHOTS)
