"""Hidden tests of unit 24. Losses are exact: ``frontier.lost_bits`` walks every branch of tables that are drawn anew."""

import numpy as np

from minigen.course import expect, frontier


def answer(impl, probs, hidden, passes_left):
    """One answer, as a sorted list; asserts what every answer must be."""
    got = np.asarray(impl.choose(probs.copy(), hidden.copy(), passes_left))
    assert got.ndim == 1 and got.dtype.kind in "iu", f"expected a list of place ids, got shape {got.shape} and dtype {got.dtype}"
    assert got.size, "expected at least one place, got none"
    assert got.min() >= 0 and got.max() < len(hidden), f"expected places from 0 to {len(hidden) - 1}, got {got.tolist()}"
    return sorted(got.tolist())


def question(rng, length, vocab_size, visible):
    """Random probabilities, with one-hot rows where a place is visible."""
    probs = rng.dirichlet(np.full(vocab_size, 0.7), length)
    hidden = np.ones(length, bool)
    hidden[rng.permutation(length)[:visible]] = False
    probs[~hidden] = np.eye(vocab_size)[rng.integers(0, vocab_size, visible)]
    return probs, hidden


def no_worse(impl, tables, baseline, tier):
    """Assert that the rule loses no more on any table than the baseline, a function of the table, allows."""
    for name, joint, passes in tables:
        lost, most = frontier.lost_bits(joint, impl.choose, passes), baseline(joint, passes)
        assert lost <= most + 1e-9, \
            f"{tier}, a table of the kind {name}, {passes} passes: lost {lost:.3f} bits, at most {most:.3f} expected"


def by_rule(rule):
    return lambda joint, passes: frontier.lost_bits(joint, rule, passes)


def fixed(joint, passes):
    return frontier.best_fixed_plan(joint, passes)[0]


def boss(joint, passes):
    return 1.05 * frontier.optimum(joint, passes) + 1e-3


def test_only_hidden_places_each_once(impl, rng):
    """at least one place is chosen, none twice, and none that is visible"""
    for length, vocab_size, visible, passes in ((4, 2, 2, 2), (9, 3, 5, 3), (30, 8, 12, 4)):
        probs, hidden = question(rng, length, vocab_size, visible)
        got = answer(impl, probs, hidden, passes)
        assert len(set(got)) == len(got), f"expected each place once, got {got}"
        assert hidden[got].all(), f"expected hidden places only, got {got} while {np.flatnonzero(hidden).tolist()} are hidden"


def test_the_last_pass_takes_all(impl, rng):
    """with one pass left, all hidden places are chosen, whatever the probabilities"""
    for length, vocab_size, visible in ((3, 2, 0), (8, 3, 5), (20, 5, 7)):
        probs, hidden = question(rng, length, vocab_size, visible)
        probs[rng.choice(np.flatnonzero(hidden))] = np.eye(vocab_size)[0]       # sure, but not filled yet
        want = np.flatnonzero(hidden).tolist()
        got = answer(impl, probs, hidden, 1)
        assert sorted(set(got)) == want, f"places {want} hidden, the last pass: got {got}"


def test_the_same_question_has_the_same_answer(impl, rng):
    """the rule throws no dice"""
    probs, hidden = question(rng, 16, 3, 4)
    answers = [answer(impl, probs, hidden, 3) for _ in range(6)]
    assert answers.count(answers[0]) == 6, f"six times the same question: got {answers[0]}, later others"


def test_the_inputs_stay(impl, rng):
    """probs and hidden are left as they were"""
    for passes in (2, 1):
        got = expect.unchanged(impl.choose, *question(rng, 7, 3, 2), passes)
        assert np.ndim(got) == 1 and np.asarray(got).dtype.kind in "iu", f"{passes} passes left: expected a list of places"


def test_sure_and_impossible(impl, rng):
    """probabilities of exactly 0 and 1, a single place, float32, more passes than places: always a valid answer"""
    for probs, hidden, passes in ((np.eye(4)[rng.integers(0, 4, 6)], np.ones(6, bool), 3),
                                  (np.full((1, 3), 1 / 3), np.ones(1, bool), 2),
                                  (rng.dirichlet(np.ones(3), 5).astype(np.float32), np.ones(5, bool), 9),
                                  (np.array([[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]]), np.array([False, True, False]), 5)):
        got = answer(impl, probs, hidden, passes)
        assert set(got) <= set(np.flatnonzero(hidden).tolist()), f"expected hidden places, got {got}"
        assert len(set(got)) == len(got), f"expected each place once, got {got}"


def test_simple_three_places_any_two_independent(impl, rng):
    """simple: three places of which any two are independent, in two passes and in three, lose nothing"""
    for passes in (2, 3):
        tables = [table._replace(passes=passes) for table in frontier.tables(rng, *["xor"] * 6)]
        no_worse(impl, tables, lambda joint, passes: 0.0, "simple")


def test_simple_left_to_right(impl, rng):
    """simple: no worse than equal blocks from left to right"""
    no_worse(impl, frontier.tables(rng, "story", "blanks", "story", "blanks"), by_rule(frontier.left_to_right), "simple")


def test_medium_best_fixed_plan(impl, rng):
    """medium: no worse than the best plan that does not look at what was drawn"""
    no_worse(impl, frontier.tables(rng, "blanks", "switches", "switches"), fixed, "medium")


def test_strong_lowest_entropy_first(impl, rng):
    """strong: no worse than equal blocks that begin with the lowest entropy"""
    no_worse(impl, frontier.tables(rng, "switches", "blanks", "switches"), by_rule(frontier.lowest_entropy_first), "strong")


def test_boss_one_place_settles_the_others(impl, rng):
    """boss: within 5 % of the least possible loss where one place settles the others, in two passes"""
    no_worse(impl, frontier.tables(rng, *["topic"] * 4), boss, "boss")


def test_boss_sure_places_among_others(impl, rng):
    """boss: within 5 % of the least possible loss where some places are as good as sure, in two passes"""
    no_worse(impl, frontier.tables(rng, *["margin"] * 4), boss, "boss")


def test_boss_sure_places_and_a_topic(impl, rng):
    """boss: within 5 % of the least possible loss where some places are sure and another one settles the rest, in two passes"""
    no_worse(impl, frontier.tables(rng, *["hurry"] * 3), boss, "boss")


def test_boss_what_was_drawn_says_where_to_look(impl, rng):
    """boss: within 5 % of the least possible loss where the first answer says which place to ask next"""
    no_worse(impl, frontier.tables(rng, *["clues"] * 3), boss, "boss")
