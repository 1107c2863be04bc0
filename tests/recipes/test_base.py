"""Every recipe, cut down: it builds, trains, repeats itself, and says honestly what its bits are."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from minigen import measure
from minigen.data import English, Items, Pinyin
from minigen.errors import UserError
from minigen.protocols import Condition
from minigen.recipes import PAGES, RECIPES, base
from minigen.recipes.base import Training
from minigen.strategies.fill import fill, generate, log_prob, shared_latent
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one

ALL = [(recipe, model) for recipe in RECIPES for model in RECIPES[recipe].models]
COUNTED = ("ngram", "marginals", "marginals up to END", "marginals after END too", "lengths, marginals")
TRAINED = [(recipe, model) for recipe, model in ALL if model not in COUNTED]


@lru_cache
def cut_down(name):
    """A few items of the recipe's own data."""
    dataset = RECIPES[name].load("tiny")
    if name == "pinyin":
        return Pinyin({question: dataset.words[question] for question in dataset.questions[:6]})
    if name == "english":
        return English({word: dataset.characters[word] for word in dataset.questions[:6]})
    if not isinstance(dataset, Items):
        return replace(dataset, train_stream=dataset.train_stream[:3000], valid_stream=dataset.valid_stream[:400])
    # Every seventh answer, so that every question comes.
    train, valid = (slice(0, None, 7), slice(0, None, 40)) if name == "answers" else (slice(24), slice(6))
    return replace(dataset, train=dataset.train[train], valid=dataset.valid[valid], test=None, test_label=None,
                   **{key: None if label is None else label[part] for key, label, part in
                      (("train_label", dataset.train_label, train), ("valid_label", dataset.valid_label, valid))})


def short(recipe, steps=2, keep=None, **changed):
    """The recipe with trainings of a few small steps; ``keep`` collects the models that are built."""
    def shortened(build):
        def short_build(dataset, size, rng):
            model, training = build(dataset, size, rng)
            if keep is not None:
                keep.append(model)
            return model, training and replace(training, **dict(steps=steps, batch=4, held_out=4, looks=1) | changed)
        return short_build
    return replace(recipe, models={name: shortened(build) for name, build in recipe.models.items()})


@lru_cache
def trained(name, model, seed):
    return base.fit(short(RECIPES[name]), model, cut_down(name), "tiny", seed)


def same(first, second):
    """Equal arrays, to the last bit."""
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("name, model", ALL)
def test_the_same_seed_gives_the_same_model(name, model):
    """Trained again from the same seed, every parameter is equal to the last bit; steps are counted."""
    first = trained(name, model, 1)
    again = base.fit(short(RECIPES[name]), model, cut_down(name), "tiny", 1)
    assert same(first.model.params, again.model.params) and not first.interrupted
    assert not any(np.isnan(array).any() or np.isposinf(array).any() for array in first.model.params.values())     # log 0 is -inf
    assert first.seconds >= 0 and first.best_step in ((0,) if (name, model) not in TRAINED else (1, 2))


@pytest.mark.parametrize("name, model", TRAINED)
def test_another_seed_gives_another_model(name, model):
    """A network trained from another seed is another one: its start, or at least its batches, are."""
    first, other = trained(name, model, 1).model.params, trained(name, model, 2).model.params
    assert not same(first, other)


@pytest.mark.parametrize("name, model", TRAINED)
def test_training_moves_every_parameter_that_it_can(name, model):
    """After two steps the model is not the one that was built."""
    built = base.fit(short(RECIPES[name], steps=0), model, cut_down(name), "tiny", 1).model
    assert not same(built.params, trained(name, model, 1).model.params)


@pytest.mark.parametrize("name, model", ALL)
@pytest.mark.parametrize("size", base.SIZES)
def test_every_size_is_there(name, model, size):
    """Every model of every recipe can be built in every size, and fits the data's tokens."""
    dataset = cut_down(name)
    built, training = RECIPES[name].models[model](dataset, size, np.random.default_rng(0))
    assert built.vocab_size == dataset.codec.vocab_size and built.length in (None, dataset.length)
    assert training is None or isinstance(training, Training) and training.steps >= training.looks >= 1


@pytest.mark.parametrize("name", RECIPES)
def test_rows_name_what_there_is(name):
    """A row's strategy is known and its model is the recipe's, or the mixture of two of them, which is documented."""
    recipe = RECIPES[name]
    assert recipe.name == name and recipe.main in recipe.models and recipe.piece in ("character", "pixel")
    for row in (*recipe.rows, *recipe.shots):
        assert callable(base.strategy(row.strategy))
        assert row.model in recipe.models or row.model == "char_lm + ngram"
        assert set(row.model.split(" + ")) <= set(recipe.models)
    assert recipe.rows[0].strategy == "one_by_one" and (recipe.rows[0].model == recipe.main or name in PAGES)
    assert {row.model for row in (*recipe.rows, *recipe.shots)} >= set(recipe.models)
    assert set(recipe.sources) <= {"data", "lines", "tile"}


@pytest.mark.parametrize("name, row", [(name, row) for name in RECIPES for row in (*RECIPES[name].rows, *RECIPES[name].shots) if "+" not in row.model])
def test_every_row_draws(name, row):
    """The strategy of a row works on its model: whole canvases of tokens come out, or of floats that become tokens."""
    model = trained(name, row.model, 1).model
    tokens = generate(model, base.strategy(row.strategy), 3, np.random.default_rng(0), condition=base.in_turn(model, 3), length=9)
    if row.strategy == "diffusion":
        tokens = cut_down(name).codec.quantise(tokens)
    assert tokens.shape == (3, model.length or 9) and tokens.min() >= 0 and tokens.max() < model.vocab_size


# Strategies by name

def test_strategies_by_name():
    """Each name is the strategy with its plan, and settings go through."""
    for name, function, plan in (("one_by_one", fill, one_by_one), ("all_at_once", fill, all_at_once), ("shared_latent", shared_latent, None)):
        made = base.strategy(name, temperature=0.5, top_k=3)
        assert made.func is function and made.keywords.get("plan") is plan
        assert (made.keywords["temperature"], made.keywords["top_k"]) == (0.5, 3)
    made = base.strategy("in_blocks:3", top_p=0.9)
    assert made.func is fill and made.keywords["top_p"] == 0.9
    assert [at.tolist() for at in made.keywords["plan"](7)] == [at.tolist() for at in in_blocks(3)(7)]


@pytest.mark.parametrize("strategy", [*base.STRATEGIES, "in_blocks:100"])
@pytest.mark.parametrize("name", RECIPES)
def test_a_strategy_has_the_networks_that_it_goes_with(name, strategy):
    """On the first of them it draws; where there is none, and it follows no plan, no model of the kind draws with it."""
    def draws(model):
        chosen = base.strategy(strategy, 2 if strategy in base.IN_PASSES else None)
        try:
            return generate(model, chosen, 1, np.random.default_rng(0), condition=base.in_turn(model, 1), length=9).shape[0] == 1
        except UserError:
            return False
    models = [row.model for row in RECIPES[name].rows_for(strategy)]
    assert all(draws(trained(name, model, 1).model) for model in models[:1])
    if not models and not base.is_plan(strategy):
        assert not any(draws(trained(name, model, 1).model) for model in RECIPES[name].models)


@pytest.mark.parametrize("name, line", [
    ("", "strategy: expected one of one_by_one, all_at_once, shared_latent, .*in_blocks:K, got ''"),
    ("by_heart", "strategy: expected one of .* got 'by_heart'"), ("one_by_one:3", "got 'one_by_one:3'"), ("One_by_one", "got 'One_by_one'"),
    ("in_blocks", "strategy: expected in_blocks:K with a number K"), ("in_blocks:", "with a number K"), ("in_blocks:two", "with a number K"),
    ("in_blocks:-1", "with a number K"), ("in_blocks:1.5", "with a number K"), ("in_blocks:²", "with a number K"),
    ("in_blocks:0", "k: expected at least 1, got 0")])
def test_a_wrong_strategy_is_one_clear_line(name, line):
    """Unknown names and numbers that are none: a UserError that lists what there is."""
    with pytest.raises(UserError, match=line):
        base.strategy(name)


def test_unknown_models_and_sizes_are_one_clear_line():
    """fit refuses before anything is built, and lists what there is."""
    for name, recipe in RECIPES.items():
        with pytest.raises(UserError, match=f"model: expected one of .*{recipe.main}.* got 'gpt'.*recipe {name}"):
            base.fit(recipe, "gpt", None, "tiny", 0)
        with pytest.raises(UserError, match="size: expected one of tiny, small, full, got 'huge'"):
            base.fit(recipe, recipe.main, None, "huge", 0)


# Ctrl-C

class Looks:
    """A held-out loss that was written down before: the test decides which look is best."""

    def __init__(self, values):
        self.values, self.seen = list(values), []

    def __call__(self, model, dataset, number, seed):
        self.seen.append({name: array.copy() for name, array in model.params.items()})
        return self.values[len(self.seen) - 1]


@pytest.mark.parametrize("average", [None, 0.9])
@pytest.mark.parametrize("values, best", [([3.0, 1.0, 2.0], 1), ([1.0, 2.0, 3.0], 0), ([3.0, 2.0, 1.0], 2)])
def test_ctrl_c_keeps_the_best_parameters(values, best, average, monkeypatch):
    """Interrupted from the progress bar, the model is the one of the best look so far, and says so."""
    looks = Looks(values)
    monkeypatch.setattr(base, "held_out_loss", looks)

    def report(step, steps, loss, valid):
        assert steps == 20 and (valid is None) == (step % 2 == 1)
        if step == 7:
            raise KeyboardInterrupt

    recipe = short(RECIPES["digits"], steps=20, looks=10, average=average)
    result = base.fit(recipe, "decoder", cut_down("digits"), "tiny", 0, report)
    assert result.interrupted and len(looks.seen) == 3 and result.best_step == 2 * (best + 1)
    assert same(result.model.params, looks.seen[best])
    assert not same(looks.seen[0], looks.seen[1]) and not same(looks.seen[1], looks.seen[2])


def test_ctrl_c_before_the_first_look_keeps_what_there_is():
    """Interrupted after two of many steps, the model is what two steps of the same training left."""
    copies, built = [], []

    def report(step, steps, loss, valid):
        copies.append({name: array.copy() for name, array in built[0].params.items()})
        if step == 2:
            raise KeyboardInterrupt

    result = base.fit(short(RECIPES["digits"], steps=50, keep=built), "decoder", cut_down("digits"), "tiny", 0, report)
    assert result.interrupted and len(copies) == 2 and not same(*copies)
    assert same(result.model.params, copies[1])


def test_a_training_that_runs_on_is_not_interrupted(monkeypatch):
    """Without Ctrl-C the best look is kept too, and report has seen every step."""
    looks, seen = Looks([2.0, 1.0, 3.0]), []
    monkeypatch.setattr(base, "held_out_loss", looks)
    result = base.fit(short(RECIPES["digits"], steps=6, looks=3), "decoder", cut_down("digits"), "tiny", 0,
                      lambda step, steps, loss, valid: seen.append((step, steps, valid)))
    assert not result.interrupted and result.best_step == 4 and same(result.model.params, looks.seen[1])
    assert seen == [(1, 6, None), (2, 6, 2.0), (3, 6, None), (4, 6, 1.0), (5, 6, None), (6, 6, 3.0)]


# What the figures are

@pytest.mark.parametrize("name, model", ALL)
def test_a_bound_is_called_a_bound(name, model):
    """Bits are a bound for the latent decoders and the cascade, a mean over orders for any order, none for densities, else exact."""
    value, kind = base.bits(trained(name, model, 1).model, cut_down(name), np.random.default_rng(0))
    assert kind == {"latent decoder": "bound", "cascade": "bound", "masked": "mean over orders", "denoiser": None}.get(model, "exact")
    assert value is None if kind is None else np.isfinite(value) and value > 0


@pytest.mark.parametrize("model", ["pixel_lm", "decoder"])
def test_bits_of_digits_do_not_know_the_label(model):
    """bits of a picture with labels: -log2 of the mean over ten labels of P(picture | label), for each pixel."""
    dataset, network = cut_down("digits"), trained("digits", model, 1).model
    plan = one_by_one if model == "pixel_lm" else all_at_once
    each = [log_prob(network, dataset.valid, plan, Condition(label=np.full(6, label))) for label in range(10)]
    expected = -sum(np.log2(np.mean(np.exp(column - column.max()))) + column.max() / np.log(2) for column in np.stack(each, axis=1)) / (6 * 64)
    assert base.bits(network, dataset, np.random.default_rng(0))[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("model", ["char_lm", "ngram"])
def test_bits_of_names_count_end_once(model):
    """bits of items with END: all nats of the held-out strings over characters plus one for each END."""
    dataset, network = cut_down("names"), trained("names", model, 1).model
    characters = sum(len(dataset.codec.decode(row)) + 1 for row in dataset.valid)
    expected = -log_prob(network, dataset.valid, one_by_one).sum() / np.log(2) / characters
    assert base.bits(network, dataset, np.random.default_rng(0))[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("model", ["ngram", "marginals", "char_lm"])
def test_bits_of_running_text_count_every_character(model):
    """bits of a running text are its mean surprise in one long row, which 400 characters fit."""
    dataset, network = cut_down("text"), trained("text", model, 1).model
    expected = -measure.told(network, dataset.valid_stream[None]).mean() / np.log(2)
    assert base.bits(network, dataset, np.random.default_rng(0))[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name, model", TRAINED)
def test_the_held_out_loss_repeats_itself(name, model):
    """Asked twice, the held-out loss is one number: its dice are its own."""
    network = trained(name, model, 1).model
    losses = {base.held_out_loss(network, cut_down(name), 4, 0) for _ in range(2)}
    assert len(losses) == 1 and np.isfinite(losses.pop())


def test_what_a_model_of_running_text_reads():
    """A network reads its context, counts at most their order, marginals nothing to speak of."""
    models = {model: trained("text", model, 1).model for model in RECIPES["text"].models}
    assert base.reads(models["char_lm"]) == models["char_lm"].config.context
    assert base.reads(models["ngram"]) == models["ngram"].order and base.reads(models["marginals"]) == 1
