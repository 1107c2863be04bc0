"""Pixels over a palette: monsters of 20 x 20, handwritten digits of 8 x 8."""

from minigen import data
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
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


def _load(default):
    def load(size, path=None, tile=None):
        return data.picture_folder(path, tile) if path else default()
    return load


ROWS = (Row("one_by_one", "pixel_lm"), Row("all_at_once", "decoder"), Row("shared_latent", "latent decoder"))
TINY_PIXELS = {"channels": 16, "hidden": 16, "blocks": 1, "reach": 2}, Training(30, 8, looks=1, held_out=32)
TINY_DECODER = {"hidden": 32}, Training(30, 16, looks=1)

SPRITES = Recipe(
    "sprites", "Monsters of 20 x 20 pixels over 32 colours", "pixel", _load(data.sprites),
    {"pixel_lm": _pixel_lm({
        "tiny": TINY_PIXELS,
        "small": ({"dropout": 0.2}, Training(100, 16, decay=1.0, average=0.97, looks=1)),
        "full": ({"dropout": 0.3, "colour_dropout": 0.05}, Training(500, 16, decay=1.0, average=0.98, looks=10))}, ordered=False),
     "decoder": _decoder(0, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(60, 64, rate=0.1, looks=1)),
         "full": ({}, Training(200, 64, rate=0.1, looks=1))}),
     "latent decoder": _decoder(16, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(80, 64, rate=0.002, decay=5.0, looks=1)),
         "full": ({}, Training(500, 64, rate=0.002, decay=5.0, looks=10))})},
    ROWS, "pixel_lm", "patches of 2 x 2 pixels that no training sprite contains", ("data", "tile"))

DIGITS = Recipe(
    "digits", "Handwritten digits of 8 x 8 pixels over 17 grey levels", "pixel", _load(data.digits),
    {"pixel_lm": _pixel_lm({
        "tiny": TINY_PIXELS,
        "small": ({"blocks": 3, "dropout": 0.2, "colour_dropout": 0.05}, Training(150, 32, decay=1.0, average=0.97, looks=1)),
        "full": ({"blocks": 3, "dropout": 0.2, "colour_dropout": 0.05}, Training(500, 32, decay=1.0, average=0.98, looks=10))},
        ordered=True),
     "decoder": _decoder(0, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(150, 64, rate=0.01, looks=1)),
         "full": ({}, Training(400, 64, rate=0.01, looks=4))}),
     "latent decoder": _decoder(16, {
         "tiny": TINY_DECODER,
         "small": ({}, Training(200, 64, rate=0.003, decay=5.0, looks=2)),
         "full": ({}, Training(800, 64, rate=0.003, decay=5.0, looks=10))})},
    ROWS, "pixel_lm", "patches of 2 x 2 pixels that no training digit contains", ("data", "tile"))
