"""The frontier: nested plans, what rises and what crosses, against figures anyone can check."""

import sys
from functools import partial

import numpy as np
import pytest

from minigen import frontier
from minigen.models.masked import Masked, MaskedConfig
from minigen.models.table import Table
from minigen.recipes import RECIPES, base
from minigen.strategies.fill import log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one


@pytest.mark.parametrize("length", [1, 2, 14, 33, 64, 400])
def test_blocks_are_nested(length):
    """From all to one, each dividing the one before: so each plan splits the blocks of the one before."""
    sizes = frontier.nested_blocks(length)
    assert sizes[0] == length and sizes[-1] == 1
    assert all(large % small == 0 and small < large for large, small in zip(sizes, sizes[1:]))
    if length == 400:
        assert sizes == [400, 200, 100, 50, 25, 5, 1]


def test_the_gap_at_one_pass_is_the_total_correlation_and_zero_at_t(rng):
    """On a table: nested plans never rise, from the total correlation down to nothing."""
    joint = rng.random((2,) * 4) ** 3
    model = Table.from_joint(joint / joint.sum())
    bits = [-(model.probs * log_prob(model, model.support, in_blocks(k))).sum() / np.log(2) for k in frontier.nested_blocks(4)]
    assert bits[0] - model.entropy() == pytest.approx(model.total_correlation())
    assert bits[-1] == pytest.approx(model.entropy())
    assert all(before >= after - 1e-12 for before, after in zip(bits, bits[1:]))


def points_of(*rows):
    return [{"strategy": strategy, "model": model, "passes": passes, "bits": np.mean(each) if each else None, "bits_each": each,
             "seconds": seconds, "seconds_64": seconds} for strategy, model, passes, each, seconds in rows]


def test_rises_are_paired():
    """The change of each seed is taken before the mean: two seeds that move alike have no error."""
    points = points_of(("in_blocks", "masked", 1, [3.0, 4.0], 1), ("in_blocks", "masked", 2, [3.5, 4.5], 2), ("in_blocks", "masked", 4, [3.0, 4.2], 4))
    (_, _, _, up, sure), (_, _, _, down, spread) = frontier.rises(points)
    assert (up, sure) == (0.5, 0.0)
    assert down == pytest.approx(-0.4) and spread == pytest.approx(0.1)


def test_crossing_is_where_the_seconds_are_equal():
    """Eight passes take 8 ms, the cached network 2 ms: from two passes on it is faster."""
    points = points_of(("in_blocks", "masked", 1, None, 1.5e-3), ("in_blocks", "masked", 8, None, 8e-3), ("one_by_one", "char_lm", 8, None, 2e-3))
    assert frontier.crossing(points) == pytest.approx(2.0)
    assert frontier.crossing(points[:2]) is None


def test_the_prediction_follows_the_work(rng, monkeypatch):
    """A batch of 64 multiplies 64 times as much, one stream is bound by reading: plain arithmetic on given limits."""
    from minigen.models.char_lm import CharLM, CharLMConfig
    monkeypatch.setattr(frontier, "machine_limits", lambda: {"bytes": 1e9, "flop": 1e12, "call": 1e-6})
    monkeypatch.setattr(frontier, "calls_of_a_pass", lambda model: 7)
    slow = CharLM(CharLMConfig(5, 8, layers=1, width=16, heads=2, context=8), rng)
    fast = Masked(MaskedConfig(5, 8, layers=1, width=16, heads=2), rng)
    weights = 4 * (12 * 16 * 16 + 16 * 5)
    a_pass = 8 * (12 * 16 * 16 + 2 * 16 * 8)
    assert frontier.predicted_crossing(slow, fast, 1) == pytest.approx((8 * weights / 1e9) / (2 * a_pass / 1e12 + 7e-6))
    reading, work = 8 * weights / 1e9, 2 * 64 * slow.multiplications(8) / 1e12
    assert frontier.predicted_crossing(slow, fast, 64) == pytest.approx(max(reading, work) / (2 * 64 * a_pass / 1e12 + 7e-6))


def test_the_calls_of_a_pass_grow_with_its_layers_and_not_with_its_length(rng):
    """And the count ends when the pass does."""
    def calls(layers, length):
        return frontier.calls_of_a_pass(Masked(MaskedConfig(5, length, layers=layers, width=16, heads=2), rng))
    calls(1, 8)                                                     # what is imported late is imported now
    assert calls(1, 8) == calls(1, 16) < calls(2, 8) < calls(3, 8)
    assert calls(3, 8) - calls(2, 8) == calls(2, 8) - calls(1, 8)
    assert sys.getprofile() is None or "count" not in repr(sys.getprofile())


def test_agreement_counts_pairs():
    """All alike 1, all the other way round 0, one of three pairs exchanged two thirds; other networks and missing figures do not count."""
    def points(bits, distances, model="masked"):
        return [{"model": model, "bits": b, "distance": d} for b, d in zip(bits, distances)]
    assert frontier.agreement(points([1, 2, 3], [5, 6, 7])) == 1
    assert frontier.agreement(points([1, 2, 3], [7, 6, 5])) == 0
    assert frontier.agreement(points([1, 2, 3], [5, 7, 6])) == pytest.approx(2 / 3)
    assert frontier.agreement(points([1, 2], [5, 6]) + points([3], [0], "char_lm") + points([4], [None]) + points([None], [1])) == 1
    assert frontier.agreement(points([1], [5])) is frontier.agreement([]) is None


def test_scored_items_are_held_out():
    """Up to n of them, with the labels that belong to them."""
    digits = RECIPES["digits"].load("tiny")
    tokens, condition = frontier.scored(digits, 16)
    for one, label in zip(tokens, condition.label):
        assert label in digits.valid_label[(digits.valid == one).all(axis=1)]


def test_judges_know_the_training_data(rng):
    """Training pictures and names have nothing unseen, and are nearer to themselves than noise is."""
    for kind in ("names", "sprites"):
        dataset = RECIPES[kind].load("small")
        judge = frontier.judge_of(dataset, "small", 0)
        real = dataset.train[:96]
        noise = rng.integers(0, dataset.codec.vocab_size, real.shape)
        assert judge.impossible(real) == 0 < judge.impossible(noise)
        assert judge.distance(real) < judge.distance(noise)


def test_every_point_has_every_figure(rng):
    """A frontier of names at the smallest size: keys as in frontier.json, bits for fixed plans, none for mask-predict."""
    recipe = RECIPES["names"]
    dataset = recipe.load("tiny")
    models = [base.fit(recipe, "masked", dataset, "tiny", seed).model for seed in (0, 1)]
    points, _, shown = frontier.frontier(recipe, dataset, models, {"char_lm": base.fit(recipe, "char_lm", dataset, "tiny", 0).model}, "tiny", 0)
    assert all({"strategy", "passes", "seconds", "bits", "bits_kind", "impossible", "distance"} <= set(one) for one in points)
    kinds = {one["strategy"]: one["bits_kind"] for one in points}
    assert kinds["in_blocks"] == kinds["surest_first"] == kinds["one_by_one"] == "exact"
    assert kinds["random_order"] == "mean over orders" and kinds["mask_predict"] is None
    tokens, condition = frontier.scored(dataset, frontier.n_scored("tiny", dataset.length))
    counted = sum(len(dataset.codec.decode(one)) + 1 for one in tokens)
    for plan, passes in ((all_at_once, 1), (one_by_one, dataset.length)):
        point, = (one for one in points if one["strategy"] == "in_blocks" and one["passes"] == passes)
        want = [-log_prob(model, tokens, plan, condition).sum() / counted / np.log(2) for model in models]
        np.testing.assert_allclose(point["bits_each"], want)
    assert len(dict(shown)) == len(shown) == sum(one["distance"] is not None for one in points)
    assert all(tokens.shape[1] == dataset.length for _, tokens in shown)


def test_strategies_by_name():
    """``--passes`` goes to those that take it, and is refused by the others in one line."""
    assert base.strategy("mask_predict", 4).keywords["passes"] == 4
    assert isinstance(base.strategy("cascade"), partial)
    for name in ("cut_at_end", "length_first"):
        assert [at.tolist() for at in base.strategy(name, 2).keywords["plan"](3)] == [[0, 1], [2]]
    for name, passes in (("one_by_one", 3), ("cascade", 2), ("mask_predict", 0)):
        with pytest.raises(ValueError, match="passes: expected"):
            base.strategy(name, passes)
    with pytest.raises(ValueError, match="temperature"):
        base.strategy("diffusion", 5, temperature=0.5)
