"""The recipes of pixels: the shipped pictures, and a folder of one's own."""

import numpy as np
import pytest
from PIL import Image

from minigen.errors import UserError
from minigen.models.decoder import Decoder
from minigen.models.denoiser import Denoiser
from minigen.models.masked import Masked
from minigen.models.pixel_lm import PixelLM
from minigen.models.routed import Cascade
from minigen.recipes.base import SIZES
from minigen.recipes.pictures import DIGITS, SPRITES

RECIPES = pytest.mark.parametrize("recipe", [SPRITES, DIGITS], ids=lambda recipe: recipe.name)


@pytest.fixture
def folder(tmp_path):
    """Twelve random pictures of 4 x 6 over four colours."""
    rng = np.random.default_rng(0)
    palette = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [255, 255, 255]], np.uint8)
    for i in range(12):
        Image.fromarray(palette[rng.integers(0, 4, (4, 6))]).save(tmp_path / f"{i}.png")
    return tmp_path


def check_built(recipe, dataset):
    codec = dataset.codec
    for size in SIZES:
        for name, build in recipe.models.items():
            model, training = build(dataset, size, np.random.default_rng(0))
            assert type(model) is {"pixel_lm": PixelLM, "decoder": Decoder, "latent decoder": Decoder, "cascade": Cascade, "masked": Masked,
                                   "denoiser": Denoiser}[name]
            assert (model.vocab_size, model.length) == (codec.vocab_size, codec.height * codec.width)
            assert model.config.n_labels == dataset.n_labels and training.steps > 0
            if name == "pixel_lm":
                assert (model.config.height, model.config.width) == (codec.height, codec.width)
            elif "decoder" in name:
                assert (model.latent_width > 0) == (name == "latent decoder")


@RECIPES
def test_the_models_fit_the_shipped_pictures(recipe):
    """Every model has the pictures' height, width, palette and labels; one decoder has a latent, one has none."""
    check_built(recipe, recipe.load("tiny"))


@RECIPES
def test_a_folder_of_ones_own(recipe, folder):
    """Pictures of another size and palette go through the same builders, without labels."""
    dataset = recipe.load("tiny", path=folder)
    assert (dataset.codec.height, dataset.codec.width, dataset.n_labels) == (4, 6, 0)
    check_built(recipe, dataset)


@RECIPES
def test_a_sheet_is_cut_into_tiles(recipe, tmp_path):
    """One PNG and the side of a tile give the tiles as pictures."""
    sheet = np.random.default_rng(1).integers(0, 2, (12, 20)).astype(np.uint8) * 255
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    dataset = recipe.load("tiny", path=tmp_path / "sheet.png", tile=4)
    assert len(dataset.train) + len(dataset.valid) == 15 and dataset.length == 16


@RECIPES
def test_pictures_that_are_not_there_are_one_clear_line(recipe, tmp_path):
    """A missing folder, an empty one and a tile that does not divide are UserErrors."""
    Image.fromarray(np.zeros((5, 5), np.uint8)).save(tmp_path / "sheet.png")
    for path, tile in ((tmp_path / "nowhere", None), (tmp_path / "sheet.png", 2), (tmp_path / "sheet.png", None)):
        with pytest.raises(UserError, match="^(data|tile): expected"):
            recipe.load("tiny", path=path, tile=tile)


def test_grey_levels_are_ordered_and_colours_are_not():
    """Digits tell pixel_lm that grey levels are a scale; a palette of monsters is none."""
    for recipe, ordered in ((DIGITS, True), (SPRITES, False)):
        model, _ = recipe.models["pixel_lm"](recipe.load("tiny"), "tiny", np.random.default_rng(0))
        assert model.config.ordered is ordered


@RECIPES
def test_without_a_latent_nothing_bends_the_bound(recipe):
    """At size full the latent decoder of digits trains on the bound itself; a lower weight is a choice, never above 1."""
    for size in SIZES:
        model, _ = recipe.models["latent decoder"](recipe.load("tiny"), size, np.random.default_rng(0))
        assert 0 < model.config.kl_weight <= 1
