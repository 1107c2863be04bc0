"""Hidden tests of unit 22. The oracles are plain loops, and the law that draws follow untold * (told / untold) ** weight."""

import numpy as np
from oracles import walk

from minigen.course import expect

CLEAR = 1e-4                            # how far dice stay away from edges between two tokens
LAST = 1 - 2 ** -53                     # the largest die there is


def mixed(told, untold, weight):
    """Number by number."""
    out = np.zeros(told.shape)
    for index in np.ndindex(*told.shape):
        out[index] = (1.0 - weight) * float(untold[index]) + weight * float(told[index])
    return out


def pairs(rng, dtype=np.float64):
    """Arrays (told, untold) of several shapes."""
    for shape in ((1,), (6,), (2, 3, 4)):
        yield rng.standard_normal(shape).astype(dtype), rng.standard_normal(shape).astype(dtype)


def law(told, untold, weight):
    """The guided probabilities of one row."""
    weights = [q * (p / q) ** weight if p > 0 else 0.0 for p, q in zip(told, untold)]
    return [one / sum(weights) for one in weights]


def draws(rng, shape, vocab_size, distribution):
    """Probabilities told and untold (..., V), and for the rows of ``distribution`` dice and tokens."""
    told, untold = (rng.dirichlet(np.ones(vocab_size), size=shape) * 0.9 + 0.1 / vocab_size for _ in range(2))
    dice, tokens = np.zeros(shape), np.zeros(shape, np.int64)
    for index in np.ndindex(*shape):
        probs = distribution(told[index].tolist(), untold[index].tolist())
        while np.abs(np.cumsum(probs)[:-1] - dice[index]).min() < CLEAR or not dice[index]:
            dice[index] = rng.random()
        tokens[index] = walk(probs, dice[index])
    return told, untold, dice, tokens


def test_labels_are_dropped_by_their_dice(impl, rng):
    """a label becomes the id for nothing where its die is smaller than the share, and stays elsewhere"""
    for n, share in ((200, 0.1), (200, 0.5), (1, 0.3)):
        labels, dice, nothing = rng.integers(10, size=n), rng.random(n), int(rng.integers(10, 30))
        want = [nothing if die < share else int(label) for label, die in zip(labels, dice)]
        expect.same(impl.drop_condition(labels, dice, share, nothing), want, f"{n} labels, share {share}, nothing is {nothing}")


def test_a_die_on_the_share_drops_nothing(impl, rng):
    """a label is dropped below the share, not at it"""
    for share in (0.0, 0.25, 0.5):
        labels = rng.integers(1, 10, size=6)
        expect.same(impl.drop_condition(labels.copy(), np.full(6, share), share, 10), labels, f"all dice {share}, share {share}")


def test_all_labels_or_none(impl, rng):
    """a share of 1 drops every label, a share of 0 none"""
    labels, dice = rng.integers(10, size=40), np.append(rng.random(39), LAST)
    expect.same(impl.drop_condition(labels.copy(), dice, 1.0, 10), np.full(40, 10), "share 1")
    expect.same(impl.drop_condition(labels.copy(), dice, 0.0, 10), labels, "share 0")


def test_each_label_has_its_own_die(impl, rng):
    """a label of a batch comes out as it would alone"""
    labels, dice = rng.integers(1, 10, size=60), rng.random(60)
    dice[:2] = 0.1, 0.9
    got = expect.array(impl.drop_condition(labels.copy(), dice, 0.4, 11), (60,), "i", "the labels")
    for b in range(60):
        alone = impl.drop_condition(labels[b:b + 1].copy(), dice[b:b + 1], 0.4, 11)
        expect.same(alone, got[b:b + 1], f"label {b}, alone and in a batch")


def test_labels_are_left_alone(impl, rng):
    """labels and dice that are given stay as they were, also as views of larger arrays"""
    labels, dice = rng.integers(10, size=40), rng.random(40)
    expect.array(expect.unchanged(impl.drop_condition, labels, dice, 0.5, 10), (40,), "i", "labels")
    expect.unchanged(impl.drop_condition, labels[::-2], dice[::-2], 0.5, 10)


def test_between_without_and_with(impl, rng):
    """weights between 0 and 1 lie between what is said without and with the condition, at any shape"""
    for weight in (rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)):
        for told, untold in pairs(rng):
            got = impl.guided(told.copy(), untold.copy(), weight)
            expect.close(got, mixed(told, untold, weight), f"weight {weight:.3f}, shape {told.shape}")


def test_beyond_with(impl, rng):
    """weights above 1 go on in the same direction, at any shape, in float32 too"""
    for dtype in (np.float64, np.float32):
        for told, untold in pairs(rng, dtype):
            weight = rng.uniform(1.5, 8.0)
            got = impl.guided(told.copy(), untold.copy(), weight)
            expect.close(got, mixed(told, untold, weight), f"weight {weight:.3f}, shape {told.shape}", atol=1e-5)


def test_half_way_is_the_middle(impl, rng):
    """a weight of one half is the mean of both"""
    for told, untold in pairs(rng):
        expect.close(impl.guided(told.copy(), untold.copy(), 0.5), (told + untold) / 2, f"weight 0.5, shape {told.shape}")


def test_weight_one_is_with_the_condition(impl, rng):
    """a weight of 1 gives what is said with the condition"""
    for told, untold in pairs(rng):
        expect.close(impl.guided(told.copy(), untold.copy(), 1.0), told, f"weight 1, shape {told.shape}")


def test_weight_zero_ignores_the_condition(impl, rng):
    """a weight of 0 gives exactly what is said without the condition"""
    for told, untold in pairs(rng):
        got = expect.array(impl.guided(told.copy(), untold.copy(), 0.0), told.shape, "f", "weight 0")
        assert np.array_equal(got, untold), "weight 0: expected untold, number by number"


def test_a_condition_that_says_nothing_new(impl, rng):
    """where both say the same, every weight leaves it as it is"""
    for weight in (0.3, 1.0, 4.0):
        for told, _ in pairs(rng):
            expect.close(impl.guided(told.copy(), told.copy(), weight), told, f"weight {weight}, told and untold the same")


def some_impossible(rng):
    """Log-probabilities (told, untold) of (3, 8); some are -inf with the condition, some of these without it too."""
    told, untold = np.log(rng.random((3, 8)) + 0.1), np.log(rng.random((3, 8)) + 0.1)
    told[:, [0, 1, 5, 7]] = -np.inf
    untold[:, [0, 5]] = -np.inf
    return told, untold


def test_the_impossible_stays_impossible(impl, rng):
    """-inf with the condition is -inf at every weight above 0, and nothing becomes NaN"""
    for weight in (0.3, 1.0, rng.uniform(1.5, 5.0)):
        told, untold = some_impossible(rng)
        with np.errstate(invalid="ignore"):
            got = impl.guided(told.copy(), untold.copy(), weight)
        expect.array(got, told.shape, "f", f"weight {weight:.3f}")
        assert not np.isnan(got).any(), f"weight {weight:.3f}: {np.isnan(got).sum()} numbers are NaN"
        same_places = np.array_equal(got == -np.inf, told == -np.inf)
        assert same_places, f"weight {weight:.3f}: expected -inf where told is, and nowhere else"


def test_weight_zero_ignores_what_is_impossible(impl, rng):
    """at a weight of 0, -inf with the condition does not matter"""
    told, untold = some_impossible(rng)
    with np.errstate(invalid="ignore"):
        got = impl.guided(told.copy(), untold.copy(), 0.0)
    expect.array(got, told.shape, "f", "weight 0")
    assert np.array_equal(got, untold), "weight 0: expected untold, number by number, -inf where it is"


def test_what_is_told_is_left_alone(impl, rng):
    """arrays that are given stay as they were, also as views of larger arrays"""
    for told, untold in pairs(rng):
        expect.unchanged(impl.guided, told, untold, 2.5)
    told, untold = rng.standard_normal((2, 6, 5))
    expect.unchanged(impl.guided, told[::-2], np.asfortranarray(untold)[::-2], 0.7)
    got = expect.unchanged(impl.guided_sample, told, untold, 2.5, rng.random(6))
    expect.array(got, (6,), "i", "the tokens")


def check_draws(impl, rng, weight, distribution, dtype=np.float64):
    """Compare draws at one weight with walks along a distribution of (told, untold)."""
    for shape, vocab_size in (((150,), 5), ((3, 2, 4), 3), ((1,), 2)):
        told, untold, dice, tokens = draws(rng, shape, vocab_size, distribution)
        logits = [(np.log(one) + rng.normal(size=(*shape, 1))).astype(dtype) for one in (told, untold)]
        got = impl.guided_sample(*logits, weight, dice)
        expect.same(got, tokens, f"weight {weight:.3f}, tokens {shape} of {vocab_size}")


def test_draws_between_without_and_with(impl, rng):
    """at weights between 0 and 1 tokens follow untold * (told / untold) ** weight"""
    for weight in (rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)):
        check_draws(impl, rng, weight, lambda told, untold: law(told, untold, weight))


def test_draws_beyond_with(impl, rng):
    """at weights above 1 tokens follow untold * (told / untold) ** weight, from float32 scores too"""
    for dtype in (np.float64, np.float32):
        weight = rng.uniform(2.0, 4.0)
        check_draws(impl, rng, weight, lambda told, untold: law(told, untold, weight), dtype)


def test_draws_at_both_ends(impl, rng):
    """at weight 0 tokens follow what is said without the condition, at weight 1 what is said with it"""
    check_draws(impl, rng, 0.0, lambda told, untold: untold)
    check_draws(impl, rng, 1.0, lambda told, untold: told)
    told, untold = np.full((2, 6), -np.inf), np.full((2, 6), -np.inf)
    first, second = np.sort(rng.permutation(np.arange(1, 6))[:2])
    told[:, first] = untold[:, first] = untold[:, second] = rng.normal()
    with np.errstate(invalid="ignore"):
        got = impl.guided_sample(told.copy(), untold.copy(), 0.0, np.array([0.25, 0.75]))
    expect.same(got, [first, second], "weight 0, two tokens possible without the condition, one with it")


def test_impossible_tokens_are_not_drawn(impl, rng):
    """tokens that are impossible with the condition are never drawn at weights of 1 and more"""
    for weight in (1.0, rng.uniform(1.5, 5.0)):
        told, untold = some_impossible(rng)
        for die in (0.0, rng.random(), LAST):
            with np.errstate(invalid="ignore"):
                got = impl.guided_sample(told.copy(), untold.copy(), weight, np.full(3, die))
            expect.array(got, (3,), "i", "the tokens")
            assert np.isin(got, [2, 3, 4, 6]).all(), f"tokens 0 1 5 7 are impossible, die {die:.3g}: got {got.tolist()}"


def test_a_shift_of_scores_changes_nothing(impl, rng):
    """the same large number added to all scores of a row leaves the tokens as they were"""
    weight = rng.uniform(0.6, 2.0)
    told, untold, dice, _ = draws(rng, (40,), 4, lambda told, untold: law(told, untold, weight))
    told, untold = np.log(told), np.log(untold)
    first = expect.array(impl.guided_sample(told.copy(), untold.copy(), weight, dice), (40,), "i", "the tokens")
    for up, down in ((1e4, -1e4), (-1e4, 1e4), (1e4, 1e4)):
        got = impl.guided_sample(told + up, untold + down, weight, dice)
        expect.same(got, first, f"tokens after adding {up:g} to the scores with and {down:g} to those without")
