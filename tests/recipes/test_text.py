"""The recipes of characters: which form of model goes with which form of text."""

import numpy as np
import pytest

from minigen.data import Items, Stream
from minigen.errors import UserError
from minigen.models.char_lm import CharLM
from minigen.models.ngram import Marginals, NGram
from minigen.nn.training import train
from minigen.recipes.base import SIZES
from minigen.recipes.text import NAMES, POEMS, ROW, TEXT
from oracles import PlainNGram

SONG = "the owl and the pussy cat went to sea\nin a beautiful pea green boat\n"


@pytest.fixture
def texts(tmp_path):
    """One file of a user's own, read as running text and as lines: name -> dataset."""
    running, lines = tmp_path / "running.txt", tmp_path / "lines.txt"
    running.write_text(SONG * 30, encoding="utf-8")
    lines.write_text("".join(f"{chr(97 + i % 26)}{chr(97 + i % 7)}{'z' * (i % 4)}{i}\n" for i in range(60)), encoding="utf-8")
    return {"running": TEXT.load("tiny", path=running), "lines": NAMES.load("tiny", path=lines, lines=True)}


def build(recipe, model, dataset, size="tiny"):
    return recipe.models[model](dataset, size, np.random.default_rng(0))


@pytest.mark.parametrize("recipe", [TEXT, POEMS, NAMES], ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("form, kind", [("running", Stream), ("lines", Items)])
def test_a_users_own_text_goes_through_every_recipe(recipe, form, kind, texts):
    """Running text gives models of any length without END, lines give models of their length with END."""
    dataset = texts[form]
    assert isinstance(dataset, kind)
    for size in SIZES:
        for name, cls in (("char_lm", CharLM), ("ngram", NGram), ("marginals", Marginals)):
            model, training = build(recipe, name, dataset, size)
            assert type(model) is cls and (training is None) == (name != "char_lm")
            assert model.length == (None if kind is Stream else dataset.length)
            if name != "marginals":
                assert model.end == dataset.codec.end and (model.end is None) == (kind is Stream)


@pytest.mark.parametrize("form", ["running", "lines"])
def test_the_network_reads_a_row_or_the_whole_item(form, texts):
    """The context is a training row of running text, or a whole item."""
    dataset = texts[form]
    model, _ = build(TEXT, "char_lm", dataset)
    assert model.config.context == (ROW if form == "running" else dataset.length) == dataset.length


def test_pairs_are_for_small_vocabularies(texts):
    """English has a table of pairs of tokens; thousands of Chinese characters have none."""
    assert build(NAMES, "char_lm", texts["lines"])[0].config.pairs
    poems = POEMS.load("tiny")
    assert poems.codec.vocab_size > 300 and not build(POEMS, "char_lm", poems)[0].config.pairs


@pytest.mark.parametrize("form", ["running", "lines"])
def test_counts_are_made_of_the_training_text_alone(form, texts):
    """ngram is the formula on the training text, marginals its frequencies; what is held out has no part in them."""
    dataset = texts[form]
    rows = dataset.train_stream[None] if form == "running" else dataset.train
    model, _ = build(NAMES, "ngram", dataset)
    plain = PlainNGram(rows, model.vocab_size, model.order, model.discount, end=dataset.codec.end)
    row = (dataset.valid_stream if form == "running" else dataset.valid[0])[:6]
    got = model.probabilities(row[None], np.arange(len(row)))[0]
    for t in range(len(row)):
        if dataset.codec.end in row[:t].tolist():
            break
        np.testing.assert_allclose(got[t], [plain.prob(v, row[:t].tolist()) for v in range(model.vocab_size)], rtol=1e-9)
    marginals, _ = build(NAMES, "marginals", dataset)
    columns = [rows.ravel()] if form == "running" else rows.T
    for counted, log_probs in zip(columns, marginals.params["log_probs"], strict=True):
        alone = np.array([(counted == v).sum() + marginals.alpha for v in range(model.vocab_size)])
        np.testing.assert_allclose(np.exp(log_probs), alone / alone.sum(), rtol=1e-12)


def test_all_recipes_of_text_train_on_a_users_own(texts):
    """One step of training runs on running text and on lines."""
    from minigen.nn.optimisers import Adam
    for form, dataset in texts.items():
        model, _ = build(TEXT, "char_lm", dataset)
        before = {name: array.copy() for name, array in model.params.items()}
        train(model, dataset, Adam(0.01), np.random.default_rng(0), steps=1, batch=4)
        assert any((array != before[name]).any() for name, array in model.params.items())


def test_shipped_text_is_what_the_titles_say():
    """Shakespeare is one running text, poems and names are items that end."""
    assert isinstance(TEXT.load("tiny"), Stream)
    for recipe in (POEMS, NAMES):
        dataset = recipe.load("tiny")
        assert isinstance(dataset, Items) and dataset.codec.end == dataset.codec.vocab_size - 1
        assert (dataset.train[:, -1] == dataset.codec.end).all()


@pytest.mark.parametrize("recipe", [TEXT, POEMS, NAMES], ids=lambda recipe: recipe.name)
def test_a_text_that_is_not_there_is_one_clear_line(recipe, tmp_path):
    """A missing file and one that is too short are UserErrors."""
    with pytest.raises(UserError, match="does not exist"):
        recipe.load("tiny", path=tmp_path / "nowhere.txt")
    short = tmp_path / "short.txt"
    short.write_text("o\n")
    for lines in (False, True):
        with pytest.raises(UserError, match="expected at least"):
            recipe.load("tiny", path=short, lines=lines)
