"""Scores to probabilities to tokens: laws, and plain loops that anyone can check."""

import math

import numpy as np
import pytest

from minigen import maths, maths_numba
from minigen.errors import UserError
from minigen.jit import helper

FALSE_ALARM = 1e-6


# ---- softmax and log_softmax

def test_softmax_sums_to_one_and_orders_like_the_scores(rng):
    """Probabilities sum to one, and a larger score has the larger probability."""
    logits = rng.standard_normal((4, 3, 7)) * 5
    probs = maths.softmax(logits)
    np.testing.assert_allclose(probs.sum(-1), 1.0, rtol=1e-14)
    np.testing.assert_array_equal(np.argsort(probs, -1), np.argsort(logits, -1))


def test_softmax_is_exp_over_sum_of_exp(rng):
    """On small scores softmax is the textbook formula, term by term."""
    logits = rng.standard_normal(6)
    total = sum(math.exp(score) for score in logits)
    np.testing.assert_allclose(maths.softmax(logits), [math.exp(score) / total for score in logits], rtol=1e-13)
    np.testing.assert_allclose(maths.log_softmax(logits), [score - math.log(total) for score in logits], rtol=1e-13)


@pytest.mark.parametrize("shift", [1e4, -1e4, 3.0])
def test_softmax_does_not_feel_a_shift(rng, shift):
    """Adding one number to all scores changes nothing, however large it is."""
    logits = rng.standard_normal((5, 8))
    np.testing.assert_allclose(maths.softmax(logits + shift), maths.softmax(logits), rtol=1e-10)
    np.testing.assert_allclose(maths.log_softmax(logits + shift), maths.log_softmax(logits), rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_survives_scores_of_any_size(dtype):
    """Scores of 1e4 and -1e4 side by side give exactly 1 and 0, and log-probabilities 0 and -2e4."""
    logits = np.array([1e4, -1e4], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        probs, logs = maths.softmax(logits), maths.log_softmax(logits)
    np.testing.assert_array_equal(probs, [1.0, 0.0])
    np.testing.assert_array_equal(logs, [0.0, -2e4])
    assert probs.dtype == logs.dtype == dtype


def test_an_impossible_token_stays_impossible():
    """A score of -inf has probability exactly 0 and log-probability -inf; the others share the rest."""
    logits = np.array([0.0, -np.inf, 0.0])
    np.testing.assert_array_equal(maths.softmax(logits), [0.5, 0.0, 0.5])
    logs = maths.log_softmax(logits)
    assert logs[1] == -np.inf
    np.testing.assert_allclose(logs[[0, 2]], math.log(0.5), rtol=1e-15)


def test_log_softmax_is_the_log_of_softmax(rng):
    """Two ways to the same numbers agree."""
    logits = rng.standard_normal((5, 8)) * 4
    np.testing.assert_allclose(maths.log_softmax(logits), np.log(maths.softmax(logits)), atol=1e-13)


# ---- cross_entropy and training_loss

def plain_cross_entropy(logits, targets, counted):
    """Mean of -log p(target) over the counted places, one place after the other."""
    told = [-(row[target] - math.log(sum(math.exp(score) for score in row)))
            for row, target, counts in zip(logits.tolist(), targets.tolist(), counted.tolist()) if counts]
    return sum(told) / len(told)


def scored(rng, rows=6, vocab=5):
    logits = rng.standard_normal((rows, vocab)) * 2
    counted = rng.random(rows) < 0.6
    counted[0], counted[1] = True, False
    return logits, rng.integers(0, vocab, rows), counted


def test_cross_entropy_equals_a_plain_loop(rng):
    """The loss is the mean surprise of the counted places, everywhere if nothing is said."""
    logits, targets, counted = scored(rng)
    loss = maths.cross_entropy(logits, targets, counted)[0]
    assert loss == pytest.approx(plain_cross_entropy(logits, targets, counted), rel=1e-12)
    everywhere = maths.cross_entropy(logits.reshape(2, 3, 5), targets.reshape(2, 3))[0]
    assert everywhere == pytest.approx(plain_cross_entropy(logits, targets, np.ones(6, bool)), rel=1e-12)


def test_cross_entropy_gradient_by_finite_differences(rng):
    """Nudging any single score changes the loss as the gradient says, for counted and other places."""
    logits, targets, counted = scored(rng)
    gradient = maths.cross_entropy(logits.copy(), targets, counted)[1]
    for index in np.ndindex(logits.shape):
        ends = []
        for step in (1e-5, -1e-5):
            nudged = logits.copy()
            nudged[index] += step
            ends.append(plain_cross_entropy(nudged, targets, counted))
        assert gradient[index] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-9)
    assert not gradient[~counted].any()


def test_cross_entropy_leaves_its_input_alone(rng):
    """cross_entropy does not write into the scores (training_loss does, and says so)."""
    logits, targets, counted = scored(rng)
    before = logits.copy()
    maths.cross_entropy(logits, targets, counted)
    np.testing.assert_array_equal(logits, before)


def test_an_impossible_token_costs_only_where_it_counts():
    """A target of probability 0 makes the loss infinite, unless its place is not counted."""
    logits, targets = np.array([[0.0, -np.inf], [0.0, 0.0]]), np.array([1, 0])
    assert maths.cross_entropy(logits, targets)[0] == math.inf
    loss, gradient = maths.cross_entropy(logits, targets, np.array([False, True]))
    assert loss == pytest.approx(math.log(2), rel=1e-15) and np.isfinite(gradient).all()


def test_nothing_counted_costs_nothing():
    """With no counted place at all the loss and the gradient are 0, not NaN."""
    loss, gradient = maths.cross_entropy(np.ones((2, 3)), np.array([0, 1]), np.zeros(2, bool))
    assert loss == 0.0 and not gradient.any()


@pytest.mark.twins
def test_training_loss_in_float32_agrees_with_cross_entropy(rng):
    """The compiled sweep gives loss and gradient of the plain form, in float32 and in place."""
    logits, targets, counted = scored(rng, rows=40, vocab=33)
    logits[3, targets[3] - 1] = -np.inf                                        # impossible, and not the target
    loss, gradient = maths.cross_entropy(logits, targets, counted)
    scores = logits.astype(np.float32).reshape(5, 8, 33)
    fast_loss, fast_gradient = maths.training_loss(scores, targets.reshape(5, 8), counted.reshape(5, 8))
    assert isinstance(fast_loss, float) and fast_loss == pytest.approx(loss, rel=1e-6)
    assert fast_gradient.dtype == np.float32 and fast_gradient.shape == scores.shape
    np.testing.assert_allclose(fast_gradient.reshape(40, 33), gradient, atol=1e-6)
    assert np.shares_memory(fast_gradient, scores)


@pytest.mark.twins
def test_training_loss_does_not_hide_a_nan():
    """A score that is not a number gives a loss that is not a number: training must not look healthy."""
    for place in range(3):
        scores = np.zeros((1, 3), np.float32)
        scores[0, place] = np.nan
        assert math.isnan(maths.training_loss(scores, np.array([0]), np.array([True]))[0])


def test_training_loss_in_float64_is_cross_entropy(rng):
    """Gradient checks go through the plain form: the same numbers exactly."""
    logits, targets, counted = scored(rng)
    for got, want in zip(maths.training_loss(logits, targets, counted), maths.cross_entropy(logits, targets, counted)):
        np.testing.assert_array_equal(got, want)


# ---- adjust

def plain_adjust(scores, temperature, top_k, top_p):
    """The same decisions on a plain Python list: cool, keep k, keep the nucleus."""
    if temperature == 0.0:
        temperature, top_k = 1.0, 1
    scores = [score / temperature for score in scores]
    ranked = sorted(range(len(scores)), key=lambda v: (-scores[v], v))         # ties: the smaller id first
    kept = ranked[:top_k]
    if top_p is not None:
        weights = [math.exp(scores[v] - scores[ranked[0]]) for v in kept]
        nucleus, held = [], 0.0
        for v, weight in zip(kept, weights):
            if held >= top_p * sum(weights):
                break
            nucleus.append(v)
            held += weight
        kept = nucleus
    return [scores[v] if v in kept else -math.inf for v in range(len(scores))]


SETTINGS = [(1.0, None, None), (0.7, None, None), (0.0, None, None), (1.0, 1, None), (1.0, 3, None), (1.0, 99, None),
            (1.0, None, 0.9), (1.0, None, 0.05), (2.0, 4, 0.6), (0.5, 2, 0.999), (0.0, 5, 0.3)]


@pytest.mark.parametrize("temperature, top_k, top_p", SETTINGS)
def test_adjust_equals_a_plain_loop(rng, temperature, top_k, top_p):
    """Every setting alone and together keeps the tokens that the plain loop keeps, under their old ids."""
    logits = rng.standard_normal((3, 4, 9)) * 2
    logits[0, 0, 2:5] = -np.inf
    got = maths.adjust(logits, temperature, top_k, top_p)
    want = [plain_adjust(row, temperature, top_k, top_p) for row in logits.reshape(-1, 9).tolist()]
    np.testing.assert_allclose(got, np.reshape(want, (3, 4, 9)), rtol=1e-14)


def test_adjust_does_not_write_into_the_scores(rng):
    """The scores are the model's: they come out as they went in."""
    logits = rng.standard_normal((2, 5))
    before = logits.copy()
    maths.adjust(logits, 0.5, 2, 0.5)
    np.testing.assert_array_equal(logits, before)


def kept_ids(*args, **more):
    return np.flatnonzero(maths.adjust(*args, **more) > -np.inf).tolist()


def test_top_p_keeps_the_token_that_crosses_the_edge():
    """Of 1/2, 1/4, 1/8, 1/8 a share of 0.6 needs the first two; of four equals 0.5 needs exactly two."""
    logits = np.log([0.125, 0.5, 0.125, 0.25])
    assert kept_ids(logits, top_p=0.6) == [1, 3]
    assert kept_ids(logits, top_p=0.4) == [1]
    assert kept_ids(logits, top_p=0.8) == [0, 1, 3]                            # ids 0 and 2 tie
    assert kept_ids(np.zeros(4), top_p=0.5) == [0, 1]
    assert kept_ids(np.zeros(4), top_p=0.51) == [0, 1, 2]


def test_ties_keep_the_smaller_id():
    """Among equal scores top_k and temperature 0 keep the first ones."""
    assert kept_ids(np.array([0.0, 2.0, 1.0, 2.0, 2.0]), top_k=2) == [1, 3]
    assert kept_ids(np.array([0.0, 2.0, 1.0, 2.0]), temperature=0.0) == [1]
    assert kept_ids(np.zeros(50), top_k=7) == list(range(7))
    levels = np.arange(2000) * 7919 % 3.0                                      # long enough for any sort to shuffle
    want = plain_adjust(levels.tolist(), 1.0, 900, None)
    np.testing.assert_array_equal(maths.adjust(levels, top_k=900), want)


def test_the_order_is_temperature_then_top_k_then_top_p():
    """Examples in which any other order would keep other tokens."""
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    # the nucleus is measured among the k survivors (0.4 of 0.7 is 0.57), not among all (0.4)
    assert kept_ids(logits, top_k=2, top_p=0.5) == [0]
    assert kept_ids(logits, top_p=0.5) == [0, 1]
    # and after cooling: squared and divided by their sum, 0.4 becomes 0.53
    assert kept_ids(logits, temperature=0.5, top_p=0.5) == [0]


def test_kept_tokens_keep_their_odds(rng):
    """Cutting changes no ratio between the tokens that stay."""
    logits = rng.standard_normal(8)
    kept = kept_ids(logits, top_k=4)
    cut, full = maths.softmax(maths.adjust(logits, top_k=4)), maths.softmax(logits)
    np.testing.assert_allclose(cut[kept], full[kept] / full[kept].sum(), rtol=1e-12)


@pytest.mark.parametrize("settings, name", [
    ((-0.1, None, None), "temperature"), ((math.nan, None, None), "temperature"), ((1.0, 0, None), "top_k"),
    ((1.0, None, 0.0), "top_p"), ((1.0, None, 1.1), "top_p")])
def test_check_adjust_refuses_what_adjust_cannot_mean(settings, name):
    """The error names the setting that is out of range."""
    with pytest.raises(UserError, match=f"^{name}: expected"):
        maths.check_adjust(*settings)


@pytest.mark.parametrize("settings", SETTINGS)
def test_check_adjust_lets_every_setting_of_these_tests_pass(settings):
    """What adjust is tested with is allowed."""
    maths.check_adjust(*settings)


# ---- sample_categorical

def plain_draw(probs, u):
    """Walk along the probabilities until they pass u."""
    running = 0.0
    for v, prob in enumerate(probs):
        running += prob
        if running > u:
            return v
    raise AssertionError("the probabilities do not reach the die")


JUST_BELOW_ONE = math.nextafter(1.0, 0.0)


def test_dice_at_both_ends_never_draw_the_impossible():
    """u = 0 takes the first possible token, u just below 1 the last possible one."""
    logits = np.array([[-np.inf, 0.3, -np.inf, 1.0, -np.inf], [0.0, -np.inf, -np.inf, -np.inf, -1e4]])
    for u, want in [(0.0, [1, 0]), (JUST_BELOW_ONE, [3, 0])]:
        assert maths.sample_categorical(logits, np.full(2, u)).tolist() == want
        assert [maths_numba.draw(row.astype(np.float32), u, 1.0, 0, 0.0) for row in logits] == want


def test_a_die_on_an_edge_belongs_to_the_token_above():
    """Of four equals, token v answers to v/4 <= u < (v + 1)/4."""
    edges = np.array([0.0, 0.25, 0.5, 0.75])
    below = [math.nextafter(edge, 0.0) for edge in (0.25, 0.5, 0.75, 1.0)]
    for u in (edges, np.array(below)):
        assert maths.sample_categorical(np.zeros((4, 4)), u).tolist() == [0, 1, 2, 3]


def test_sampling_equals_a_plain_loop(rng):
    """With exact dyadic probabilities the token is the one that a walk along them finds."""
    probs = np.array([[0.5, 0.125, 0.25, 0.125], [0.0, 0.0, 1.0, 0.0], [0.25, 0.0, 0.25, 0.5]])
    with np.errstate(divide="ignore"):
        logits = np.broadcast_to(np.log(probs), (200, 3, 4))                   # (B, A, V)
    u = rng.random((200, 3))
    want = [[plain_draw(row, die) for row, die in zip(probs.tolist(), dice)] for dice in u.tolist()]
    np.testing.assert_array_equal(maths.sample_categorical(logits, u), want)


def test_evenly_spread_dice_give_every_token_its_share(rng):
    """n dice spread evenly over [0, 1) hit a token of probability p between pn - 1 and pn + 1 times."""
    logits, n = rng.standard_normal(9) * 2, 1000
    tokens = maths.sample_categorical(np.broadcast_to(logits, (n, 9)), (np.arange(n) + 0.5) / n)
    assert (np.diff(tokens) >= 0).all()
    np.testing.assert_array_less(np.abs(np.bincount(tokens, minlength=9) - n * maths.softmax(logits)), 1.0 + 1e-9)


@pytest.mark.statistical
def test_frequencies_of_random_dice(rng):
    """Frequencies of 20,000 draws are the probabilities, within Hoeffding's bound: false alarm below 1e-6."""
    logits, n = rng.standard_normal(6), 20_000
    tokens = maths.sample_categorical(np.broadcast_to(logits, (n, 6)), rng.random(n))
    bound = math.sqrt(math.log(2 * 6 / FALSE_ALARM) / (2 * n))                 # the union over six tokens
    assert np.abs(np.bincount(tokens, minlength=6) / n - maths.softmax(logits)).max() < bound


def test_distance_to_edge_is_the_nearest_cumulative_probability(rng):
    """The distance is the smallest gap between the die and a running sum, by a plain loop."""
    logits, u = rng.standard_normal((30, 5)), rng.random(30)
    for row, die, got in zip(maths.softmax(logits).tolist(), u.tolist(), maths.distance_to_edge(logits, u)):
        assert got == pytest.approx(min(abs(sum(row[:v + 1]) - die) for v in range(4)), abs=1e-14)


def test_a_die_moved_by_less_than_the_distance_draws_the_same(rng):
    """Inside the distance no token changes."""
    logits, u = rng.standard_normal((200, 5)) * 2, rng.random(200)
    reach = 0.999 * maths.distance_to_edge(logits, u)
    tokens = maths.sample_categorical(logits, u)
    for moved in (u - reach, u + reach):
        np.testing.assert_array_equal(maths.sample_categorical(logits, np.clip(moved, 0.0, JUST_BELOW_ONE)), tokens)


# ---- the compiled twins

@pytest.mark.twins
@pytest.mark.parametrize("temperature, top_k, top_p", SETTINGS)
def test_draw_equals_adjust_and_sample(rng, temperature, top_k, top_p):
    """Compiled and plain form draw the same token for the same die, away from the edge between two."""
    logits = (rng.standard_normal((300, 12)) * 2).astype(np.float32)
    logits[::3, 1:9] = -np.inf                                                 # impossible tokens, token 0 is not
    logits[1::3, 0:5] = -np.inf
    u = rng.random(300)
    adjusted = maths.adjust(logits, temperature, top_k, top_p)
    plain = maths.sample_categorical(adjusted, u)
    twin = np.array([maths_numba.draw(row, die, temperature, top_k or 0, top_p or 0.0) for row, die in zip(logits, u)])
    clear = maths.distance_to_edge(adjusted, u) > 1e-6                          # the twin's weights are float32
    assert clear.sum() >= 297                                                  # 300 x 24 edges x 2e-6 = 0.014: four of them below 1e-8
    np.testing.assert_array_equal(twin[clear], plain[clear])


@pytest.mark.twins
def test_the_nucleus_of_the_twin_does_not_count_impossible_tokens():
    """Two equals beside eight impossible tokens: a share of 0.4 needs only the first."""
    logits = np.array([0.0, 0.0] + [-np.inf] * 8, np.float32)
    for u in (0.1, 0.6, JUST_BELOW_ONE):
        assert maths_numba.draw(logits, u, 1.0, 0, 0.4) == 0


@helper
def exp32_of_all(x, out):
    for i in range(x.size):
        out[i] = maths_numba.exp32(x[i])


@pytest.mark.twins
def test_exp32_is_exp():
    """Over its range the polynomial is within 4e-7 of e ** x; below it is 0, as impossible as -inf."""
    x = np.linspace(-87, 88, 50_001).astype(np.float32)
    got = np.empty_like(x)
    exp32_of_all(x, got)
    np.testing.assert_allclose(got, np.exp(x.astype(np.float64)), rtol=4e-7)
    far = np.empty(3, np.float32)
    exp32_of_all(np.array([-np.inf, -1e4, -87.5], np.float32), far)
    assert (far == 0.0).all()
