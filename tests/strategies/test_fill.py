"""The one loop of the lecture: same luck under every plan, exact scores, prompts, films, latents."""

from functools import partial

import numpy as np
import pytest

from minigen.errors import UserError
from minigen.models.table import Table
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import fill, generate, log_prob, shared_latent
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one
from oracles import (GridDice, conditional, every, frequencies, most_by_chance, plain_fill,
                     product_of_marginals, random_joint, random_plan, walk)

PLANS = {"one by one": one_by_one, "all at once": all_at_once, "pairs": in_blocks(2),
         "from the right": [np.array([t]) for t in (3, 2, 1, 0)], "mixed": [np.array([2, 0]), np.array([3]), np.array([1])]}


def independent(rng, vocab_size, length):
    """A joint distribution whose places know nothing of each other, and its marginals (T, V)."""
    rows = rng.dirichlet(np.ones(vocab_size), length)
    joint = np.ones((vocab_size,) * length)
    for index in np.ndindex(joint.shape):
        joint[index] = np.prod([rows[t, v] for t, v in enumerate(index)])
    return joint / joint.sum(), rows


class Watched:
    """A table that writes down which places it was asked for, and what stood on the canvas."""

    def __init__(self, table):
        self.table, self.vocab_size, self.length, self.calls = table, table.vocab_size, table.length, []

    def logits(self, canvas, at, condition):
        self.calls.append((canvas.copy(), np.asarray(at).tolist(), condition))
        return self.table.logits(canvas, at, condition)


# Same luck

@pytest.mark.parametrize("name", PLANS)
def test_place_t_of_canvas_b_meets_its_own_die(name, rng):
    """Under every plan the tokens are those of a plain loop in which place t of canvas b meets u[b, t]."""
    joint = random_joint(rng, 3, 4)
    u = np.random.default_rng(5).random((6, 4))
    got = generate(Table.from_joint(joint), partial(fill, plan=PLANS[name]), 6, np.random.default_rng(5))
    plan = PLANS[name](4) if callable(PLANS[name]) else PLANS[name]
    np.testing.assert_array_equal(got, plain_fill(joint, u, plan))
    assert got.dtype == np.int64


def test_where_places_are_independent_all_plans_draw_the_same(rng):
    """On a table of independent places the plan does not matter: same dice, same tokens."""
    joint, rows = independent(rng, 3, 4)
    plans = list(PLANS.values()) + [random_plan(rng, 4) for _ in range(5)]
    drawn = [generate(Table.from_joint(joint), partial(fill, plan=plan), 50, np.random.default_rng(7)) for plan in plans]
    u = np.random.default_rng(7).random((50, 4))
    expected = [[walk(rows[t], u[b, t]) for t in range(4)] for b in range(50)]
    for tokens in drawn:
        np.testing.assert_array_equal(tokens, expected)


@pytest.mark.parametrize("strategy", [partial(fill, plan=one_by_one), partial(fill, plan=all_at_once),
                                      partial(shared_latent, plan=in_blocks(2))])
def test_exactly_one_die_per_token(strategy):
    """A strategy throws n T dice from rng, whatever the plan, the prompt and the latent."""
    for prompt in (None, [0], [0, 1]):
        rng, twin = np.random.default_rng(3), np.random.default_rng(3)
        generate(TwoMinds(), strategy, 5, rng, prompt=prompt)
        twin.random((5, 2))
        assert rng.random() == twin.random()


def test_each_pass_sees_what_was_decided_before(rng):
    """A pass is one call with its own places; the canvas shows all earlier passes and masks elsewhere."""
    model, plan = Watched(Table.from_joint(random_joint(rng, 3, 4))), PLANS["mixed"]
    condition = Condition(label=np.zeros(2, np.int64))
    tokens = generate(model, partial(fill, plan=plan), 2, rng, condition=condition)
    assert [at for _, at, _ in model.calls] == [[2, 0], [3], [1]]
    decided = []
    for canvas, at, seen_condition in model.calls:
        expected = np.full_like(tokens, 3)
        expected[:, decided] = tokens[:, decided]
        np.testing.assert_array_equal(canvas, expected)
        assert seen_condition is condition
        decided += at


# The promised distribution

@pytest.mark.parametrize("sides, vocab_size", [(4, 2), (6, 3), (6, 4)])
def test_one_by_one_draws_each_canvas_exactly_as_often_as_promised(sides, vocab_size, rng):
    """With every combination of dice thrown once, conditionals in sides-ths give exact counts."""
    def shares(shape):
        return rng.multinomial(sides, np.ones(vocab_size) / vocab_size, shape) / sides
    first, second, third = shares(()), shares(vocab_size), shares((vocab_size, vocab_size))
    joint = first[:, None, None] * second[:, :, None] * third
    dice = GridDice(sides, 3)
    got = generate(Table.from_joint(joint), partial(fill, plan=one_by_one), dice.n, dice)
    np.testing.assert_allclose(frequencies(got, vocab_size), joint.ravel(), atol=1e-12)


@pytest.mark.parametrize("sides", [4, 7])
def test_all_at_once_draws_exactly_the_product_of_the_marginals(sides, rng):
    """With every combination of dice thrown once, one pass draws the product of the marginals."""
    joint = rng.multinomial(sides, np.ones(9) / 9).reshape(3, 3) / sides
    dice = GridDice(sides, 2)
    got = generate(Table.from_joint(joint), partial(fill, plan=all_at_once), dice.n, dice)
    np.testing.assert_allclose(frequencies(got, 3), product_of_marginals(joint).ravel(), atol=1e-12)


@pytest.mark.parametrize("p, impossible", [(0.5, 0.5), (0.25, 0.375), (1.0, 0.0)])
def test_half_of_the_one_shot_answers_are_nonsense(p, impossible):
    """演員 / 老師 at odds p : 1 - p: all_at_once answers 演師 or 老員 in 2 p (1 - p), one_by_one never."""
    table, dice = Table([[0, 1], [2, 3]], [p, 1 - p], 4), GridDice(8, 2)
    for plan, share in ((all_at_once, impossible), (one_by_one, 0.0)):
        got = generate(table, partial(fill, plan=plan), dice.n, dice)
        assert (got[:, 1] != got[:, 0] + 1).mean() == share


@pytest.mark.statistical
@pytest.mark.parametrize("name", PLANS)
def test_samples_follow_log_prob(name, rng):
    """Each canvas is drawn as often as exp(log_prob) says, under the same plan.

    16 frequencies of 20,000 draws: Hoeffding and the sum over the cells make a false alarm
    rarer than 1e-6.
    """
    table = Table.from_joint(random_joint(rng, 2, 4, zeros=0.2))
    promised = np.exp(log_prob(table, every(2, 4), PLANS[name]))
    got = frequencies(generate(table, partial(fill, plan=PLANS[name]), 20_000, rng), 2)
    assert np.abs(got - promised).max() < most_by_chance(20_000, cells=16)
    assert not got[promised == 0].any()


# Prompts

def test_a_prompt_is_never_overwritten(rng):
    """Decided places stay, wherever they are, and the rest follows the conditional distribution."""
    joint = random_joint(rng, 3, 4)
    for row in every(4, 4):                                     # 3 is the mask: every subset, every token
        for plan in PLANS.values():
            got, frames = generate(Table.from_joint(joint), partial(fill, plan=plan), 2, rng, prompt=row, film=True)
            decided = row != 3
            assert (frames[:, :, decided] == row[decided]).all()
            assert (got < 3).all()


def test_a_prompt_conditions_what_follows():
    """With a prompt, every combination of dice gives the conditional distribution exactly."""
    joint = np.array([[1, 1], [3, 0], [1, 2]]) @ np.eye(2, 3) / 8
    dice = GridDice(12, 2)
    for first in range(3):
        got = generate(Table.from_joint(joint), partial(fill, plan=one_by_one), dice.n, dice, prompt=[first])
        share = np.bincount(got[:, 1], minlength=3) / dice.n
        np.testing.assert_allclose(share, conditional(joint, {0: first}, 1), atol=1e-12)


def test_each_canvas_may_have_its_own_prompt(rng):
    """A prompt (n, P) gives each canvas its own tokens at the same places."""
    joint, prompts = random_joint(rng, 3, 4), every(3, 2)
    u = np.random.default_rng(2).random((9, 4))
    got = generate(Table.from_joint(joint), partial(fill, plan=one_by_one), 9, np.random.default_rng(2), prompt=prompts)
    np.testing.assert_array_equal(got[:, :2], prompts)
    for b in range(9):
        for t in (2, 3):
            assert got[b, t] == walk(conditional(joint, dict(enumerate(got[b, :t])), t), u[b, t])


def test_a_prompt_does_not_shift_the_dice(rng):
    """Places that stay open meet the same dice with and without a prompt."""
    joint, _ = independent(rng, 3, 4)
    table, strategy = Table.from_joint(joint), partial(fill, plan=one_by_one)
    free = generate(table, strategy, 20, np.random.default_rng(1))
    prompted = generate(table, strategy, 20, np.random.default_rng(1), prompt=[0, 3, 1])
    np.testing.assert_array_equal(prompted[:, [1, 3]], free[:, [1, 3]])


def test_nothing_is_left_to_draw(rng):
    """A prompt that decides every place comes back as it is, and no model is asked."""
    model = Watched(Table.from_joint(random_joint(rng, 3, 3)))
    for film in (False, True):
        got = generate(model, partial(fill, plan=one_by_one), 2, rng, prompt=[2, 0, 1], film=film)
        np.testing.assert_array_equal(got[0] if film else got, [[2, 0, 1]] * 2)
    assert model.calls == []


# Films

@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("prompt", [None, [0], [0, 3, 1]])
def test_a_film_shows_every_pass(name, prompt, rng):
    """One frame a pass of the open plan; each adds its places and changes nothing; the last is the tokens."""
    table = Table.from_joint(random_joint(rng, 3, 4))
    tokens, frames = generate(table, partial(fill, plan=PLANS[name]), 5, np.random.default_rng(1), prompt=prompt, film=True)
    still = generate(table, partial(fill, plan=PLANS[name]), 5, np.random.default_rng(1), prompt=prompt)
    decided = [t for t, v in enumerate(prompt or []) if v < 3]
    plan = PLANS[name](4) if callable(PLANS[name]) else PLANS[name]
    passes = [[int(t) for t in at if t not in decided] for at in plan]
    passes = [at for at in passes if at]
    assert frames.shape == (len(passes), 5, 4)
    np.testing.assert_array_equal(frames[-1], tokens)
    np.testing.assert_array_equal(tokens, still)
    for frame, at in zip(frames, passes):
        decided += at
        np.testing.assert_array_equal(frame[:, decided], tokens[:, decided])
        assert (np.delete(frame, decided, axis=1) == 3).all()


def test_the_callers_canvas_is_left_alone(rng):
    """fill works on a copy, and each frame is a copy of its own."""
    canvas = np.full((2, 3), 3)
    frames = list(fill(Table.from_joint(random_joint(rng, 3, 3)), canvas, rng, plan=one_by_one))
    assert (canvas == 3).all()
    assert len({id(frame) for frame in frames}) == 3 and not np.shares_memory(frames[0], frames[1])


# Temperature, top-k, top-p

def reshaped(probs, temperature=1.0, top_k=None, top_p=None):
    """What the three settings mean, in plain Python: (V,) probabilities."""
    if temperature == 0.0:
        temperature, top_k = 1.0, 1
    best = sorted(range(len(probs)), key=lambda v: (-probs[v], v))[:top_k]
    weights = {v: probs[v] ** (1 / temperature) for v in best}
    total, kept, reached = sum(weights.values()), {}, 0.0
    for v in best:
        if top_p is not None and reached >= top_p:
            break
        kept[v] = weights[v]
        reached += weights[v] / total
    return [kept.get(v, 0.0) / sum(kept.values()) for v in range(len(probs))]


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.5}, {"temperature": 2.0}, {"temperature": 0.0},
                                      {"top_k": 1}, {"top_k": 2}, {"top_k": 99}, {"top_p": 0.5}, {"top_p": 1.0},
                                      {"temperature": 0.7, "top_k": 3, "top_p": 0.8}])
@pytest.mark.parametrize("strategy", [fill, shared_latent])
def test_settings_reach_every_token(settings, strategy, rng):
    """temperature, top_k and top_p sharpen and cut each place's distribution before its die falls."""
    joint, rows = independent(rng, 4, 3)
    model = Table.from_joint(joint)
    model.latent_width = 2                                      # a latent that the table does not hear
    got = generate(model, partial(strategy, plan=in_blocks(2), **settings), 60, np.random.default_rng(9))
    u = np.random.default_rng(9).random((60, 3))
    expected = [[walk(reshaped(rows[t], **settings), u[b, t]) for t in range(3)] for b in range(60)]
    np.testing.assert_array_equal(got, expected)


# Latents

class TwoMinds:
    """First one choice, then every place for itself: a mixture written out as a model."""

    vocab_size, length = 3, 2
    prior = np.array([0.25, 0.75])
    places = np.array([[[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]],    # (Z, T, V), all in quarters
                       [[0.0, 0.0, 1.0], [0.25, 0.25, 0.5]]])

    def latent_logits(self, n, condition):
        return np.tile(np.log(self.prior), (n, 1))

    def logits(self, canvas, at, condition):
        latent = np.zeros(len(canvas), int) if condition.latent is None else condition.latent
        with np.errstate(divide="ignore"):
            return np.log(self.places[latent][:, at])           # (B, A, V)

    def mixture(self):
        """(V, V), summed over the choices."""
        return sum(p * np.outer(*rows) for p, rows in zip(self.prior, self.places))


@pytest.mark.parametrize("plan", [all_at_once, one_by_one])
def test_a_shared_latent_draws_the_mixture_exactly(plan):
    """With every combination of dice, one latent a canvas gives the mixture, which no single pass could."""
    model, dice = TwoMinds(), GridDice(4, 2, children=1)
    got = generate(model, partial(shared_latent, plan=plan), dice.n, dice)
    np.testing.assert_allclose(frequencies(got, 3), model.mixture().ravel(), atol=1e-12)


def test_a_latent_makes_one_pass_answer_sensibly(rng):
    """With a latent that chooses the answer, all_at_once never mixes 演員 and 老師."""
    model = TwoMinds()
    model.vocab_size, model.prior = 4, np.array([0.5, 0.5])
    model.places = np.eye(4)[np.array([[0, 1], [2, 3]])]
    got = generate(model, shared_latent, 200, rng)
    assert set(map(tuple, got.tolist())) == {(0, 1), (2, 3)}     # one of them missing: 2 ** -199


def test_the_latent_leaves_the_dice_alone(rng):
    """u is the same with and without a latent: a model that does not hear it draws the same tokens."""
    table = Table.from_joint(random_joint(rng, 3, 3))
    table.latent_width = 4
    for plan in (one_by_one, all_at_once):
        with_latent = generate(table, partial(shared_latent, plan=plan), 30, np.random.default_rng(4))
        without = generate(table, partial(fill, plan=plan), 30, np.random.default_rng(4))
        np.testing.assert_array_equal(with_latent, without)


def test_a_latent_without_choices_is_a_normal_vector(rng):
    """One latent (C,) a canvas reaches every pass, beside the label, the same in all passes."""
    model = Watched(Table.from_joint(random_joint(rng, 3, 3)))
    model.latent_width, label = 5, np.arange(7)
    generate(model, partial(shared_latent, plan=one_by_one), 7, rng, condition=Condition(label=label))
    latents = [condition.latent for _, _, condition in model.calls]
    assert latents[0].shape == (7, 5) and latents[0].dtype == np.float32
    assert all(latent is latents[0] for latent in latents)
    assert all(condition.label is label for _, _, condition in model.calls)
    assert len(np.unique(latents[0])) == 35                     # no two canvases share their luck


# log_prob

def test_log_prob_scores_many_canvases_in_groups(rng, monkeypatch):
    """Scores do not depend on how many canvases are held in memory at a time, nor do their conditions."""
    class Labelled(TwoMinds):
        def logits(self, canvas, at, condition):
            return super().logits(canvas, at, Condition(latent=condition.label))
    tokens, label = rng.integers(0, 3, (11, 2)), rng.integers(0, 2, 11)
    model = Labelled()
    expected = [np.sum([np.log(model.places[label[b], t, tokens[b, t]]) if model.places[label[b], t, tokens[b, t]] else -np.inf
                        for t in range(2)]) for b in range(11)]
    for held in (1, 12, 2 ** 22):
        monkeypatch.setattr("minigen.strategies.fill.SCORED_AT_ONCE", held)
        got = log_prob(model, tokens, all_at_once, Condition(label=label))
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_log_prob_of_nothing():
    """No canvas has no score: an empty batch gives an empty array."""
    assert log_prob(TwoMinds(), np.zeros((0, 2), int), all_at_once).shape == (0,)


# Mistakes

def drawn(table, n=2, plan=one_by_one, **settings):
    more = {key: settings.pop(key) for key in ("prompt", "length") if key in settings}
    return generate(table, partial(fill, plan=plan, **settings), n, np.random.default_rng(0), **more)


@pytest.mark.parametrize("start, mistake", [
    ("n: expected at least 1, got 0", {"n": 0}),
    ("plan: expected each position", {"plan": [np.array([0]), np.array([2])]}),
    ("plan: expected each position", {"plan": [np.array([0, 1]), np.array([1, 2])]}),
    ("plan: expected each position", {"plan": one_by_one(2)}),
    ("canvas: expected the same places open", {"prompt": [[0, 3], [3, 0]]}),
    ("prompt: expected at most 3 tokens", {"prompt": [0, 0, 0, 0]}),
    ("prompt: expected one row, or one for each", {"prompt": [[0], [1], [0]]}),
    ("prompt: expected ids from 0 to 3", {"prompt": [4]}),
    ("prompt: expected ids from 0 to 3", {"prompt": [-1]}),
    ("temperature: expected", {"temperature": -1.0}),
    ("temperature: expected", {"temperature": float("nan")}),
    ("top_k: expected", {"top_k": 0}),
    ("top_p: expected", {"top_p": 0.0}),
    ("top_p: expected", {"top_p": 1.5}),
])
def test_a_users_mistake_is_one_clear_line(start, mistake, rng):
    """generate names the argument, what was expected and what came, in one line."""
    with pytest.raises(UserError) as caught:
        drawn(Table.from_joint(random_joint(rng, 3, 3)), **mistake)
    assert str(caught.value).startswith(start) and "\n" not in str(caught.value)


def test_a_model_of_running_text_needs_a_length(rng):
    """Where the model has no length of its own, generate asks for one, and then uses it."""
    table = Table.from_joint(random_joint(rng, 3, 3))
    table.length = None
    with pytest.raises(UserError, match="^length: expected a number of tokens"):
        drawn(table)
    assert drawn(table, length=3).shape == (2, 3)


@pytest.mark.parametrize("tokens, start", [
    (np.zeros(3, int), "tokens: expected shape"),               # a canvas without its batch
    (np.full((1, 3), 3), "tokens: expected ids from 0 to 2"),   # a mask: not finished
    (np.full((1, 3), -1), "tokens: expected ids from 0 to 2"),
])
def test_log_prob_scores_finished_canvases_only(tokens, start, rng):
    """log_prob refuses single rows, masks and foreign ids in one line."""
    with pytest.raises(UserError, match=f"^{start}"):
        log_prob(Table.from_joint(random_joint(rng, 3, 3)), tokens, one_by_one)


@pytest.mark.parametrize("plan", [[np.array([0])], [np.array([0, 1]), np.array([1, 2])]])
def test_log_prob_needs_every_place_once(plan, rng):
    """A plan with missing or double places would give a number that is no probability: refused."""
    with pytest.raises(UserError, match="^plan: expected each position"):
        log_prob(Table.from_joint(random_joint(rng, 3, 3)), np.zeros((1, 3), int), plan)


def test_the_default_condition_is_nothing(rng):
    """Without a condition, models get the empty Condition and never None."""
    model = Watched(Table.from_joint(random_joint(rng, 3, 3)))
    generate(model, partial(fill, plan=one_by_one), 1, rng)
    log_prob(model, np.zeros((1, 3), int), one_by_one)
    assert all(condition == NO_CONDITION for _, _, condition in model.calls)
