"""What a rule loses that fills several places in one pass: exactly, on tables small enough to walk every branch.

A *rule* is ``choose(probs, hidden, passes_left)``: it sees the probabilities (T, V) of each place, given everything that is
visible, and says which hidden places (T,) to fill in this pass. Those are then drawn independently of each other, and the
model is asked again. What the rule draws differs from the table by the total correlation (Watanabe, 1960) of each group given
what was seen before it; the expectation of their sum is the Kullback-Leibler divergence, in bits.

Four baselines, each harder to meet: equal blocks from left to right; the best plan that does not look at what was drawn;
equal blocks that begin with the lowest entropy; and the least that any rule can lose.

    from minigen.course import frontier
    for name, joint, passes in frontier.tables(np.random.default_rng()):
        print(name, frontier.lost_bits(joint, my_choose, passes), frontier.optimum(joint, passes))
"""

import math
from functools import reduce
from typing import NamedTuple

import numpy as np

from minigen.errors import expect_range, say
from minigen.models.table import entropy_bits

LARGEST = 729               # V ** T: six places of three tokens


class Table(NamedTuple):
    """A distribution over canvases, and in how many passes they are to be filled."""

    name: str
    joint: np.ndarray       # (V, V, ..., V), one axis a place
    passes: int


# What a rule loses

def lost_bits(joint, choose, passes):
    """KL(joint || what the rule draws) in bits: every branch that is possible is walked.

    Parameters
    ----------
    joint : (V, ..., V) float
        Probabilities of all canvases; V ** T is at most 729.
    choose : callable (probs (T, V), hidden (T,) bool, passes_left) -> places
        Asked twice in each branch, with fresh arrays.
    passes : int
        In the last one (``passes_left`` = 1) nothing may stay hidden.

    Raises
    ------
    AssertionError
        The rule chose no place, one twice, a visible one, not the same ones when asked again, or not all in the last pass.

    Examples
    --------
    Two places that are always alike: at once they lose their total correlation, 1 bit; one after the other nothing.

    >>> copies = np.array([[0.5, 0.0], [0.0, 0.5]])
    >>> [lost_bits(copies, left_to_right, passes) for passes in (1, 2)]
    [1.0, 0.0]
    """
    joint = checked(joint, passes)
    return _lost(joint, np.ones(joint.ndim, bool), choose, passes)


def _lost(joint, hidden, choose, passes_left):
    """The same for what is left of a table: zero wherever it contradicts what is visible; its sum is the branch's weight."""
    if not hidden.any():
        return 0.0
    weight = joint.sum()
    joint = joint / weight
    probs = marginals(joint)
    group = chosen(choose, probs, hidden, passes_left)
    together = joint.sum(axis=tuple(t for t in range(joint.ndim) if t not in group), keepdims=True)
    bits = sum(entropy_bits(probs[t]) for t in group) - entropy_bits(together)
    still = hidden.copy()
    still[list(group)] = False
    if still.any():
        for told in np.argwhere(together > 0):
            agrees = tuple(slice(told[t], told[t] + 1) if t in group else slice(None) for t in range(joint.ndim))
            branch = np.zeros_like(joint)
            branch[agrees] = joint[agrees]
            bits += _lost(branch, still, choose, passes_left - 1)
    return float(weight * bits)


def chosen(choose, probs, hidden, passes_left):
    """What a rule answers, as a sorted tuple of places; AssertionError if that is no answer."""
    first, again = (choose(probs.copy(), hidden.copy(), passes_left) for _ in range(2))
    first, again = np.asarray(first), np.asarray(again)
    assert first.ndim == 1 and first.size, f"expected a list of at least one place, got shape {first.shape}"
    assert first.dtype.kind in "iu", f"expected the ids of places, got dtype {first.dtype} (np.flatnonzero turns a mask into ids)"
    assert first.min() >= 0 and first.max() < len(hidden), f"expected places from 0 to {len(hidden) - 1}, got {first.tolist()}"
    assert len(set(first.tolist())) == first.size, f"expected each place once, got {first.tolist()}"
    assert hidden[first].all(), \
        f"expected hidden places only, got {first.tolist()} while {np.flatnonzero(hidden).tolist()} are hidden"
    assert sorted(first.tolist()) == sorted(again.tolist()), \
        f"expected the same answer to the same question, got {first.tolist()} and then {again.tolist()}"
    assert passes_left > 1 or first.size == hidden.sum(), \
        f"expected all hidden places in the last pass, got {first.tolist()} while {np.flatnonzero(hidden).tolist()} are hidden"
    return tuple(sorted(first.tolist()))


def checked(joint, passes):
    """The table as float64; UserError unless it is a small distribution, and ``passes`` at least 1."""
    joint = np.asarray(joint, np.float64)
    if joint.ndim < 1 or len(set(joint.shape)) != 1 or joint.size > LARGEST:
        raise say("joint", f"one axis of size V for each place, and V ** T up to {LARGEST}", f"shape {joint.shape}")
    expect_range("smallest of joint", float(joint.min()), 0.0, hint="Probabilities, not their logs.")
    expect_range("sum of joint", float(joint.sum()), 1 - 1e-9, 1 + 1e-9)
    expect_range("passes", passes, 1)
    return joint


def marginals(joint):
    """P(place = v), (T, V)."""
    return np.stack([joint.sum(axis=tuple(s for s in range(joint.ndim) if s != t)) for t in range(joint.ndim)])


# Baselines

def left_to_right(probs, hidden, passes_left):
    """simple: equal blocks in reading order; where they cannot be equal, the first ones hold one place more.

    >>> left_to_right(np.full((5, 2), 0.5), np.array([True, False, True, True, True]), 3).tolist()
    [0, 2]
    """
    return np.flatnonzero(hidden)[:math.ceil(hidden.sum() / passes_left)]


def lowest_entropy_first(probs, hidden, passes_left):
    """strong: equal blocks by ascending entropy, of equal ones the smaller place first.

    >>> probs = np.array([[0.5, 0.5], [0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
    >>> lowest_entropy_first(probs, np.ones(4, bool), 2).tolist()
    [1, 3]
    """
    places = np.flatnonzero(hidden)
    entropies = np.array([entropy_bits(probs[t]) for t in places]).round(9)     # rounding must not decide between equal ones
    return places[np.argsort(entropies, kind="stable")][:math.ceil(places.size / passes_left)]


def follow(plan):
    """The rule that fills the groups of a plan one after the other, whatever was drawn."""
    def choose(probs, hidden, passes_left):
        """The first group that is still hidden."""
        return next(list(group) for group in plan if hidden[list(group)].any())
    return choose


def best_fixed_plan(joint, passes):
    """medium: the least that a plan can lose which does not look at what was drawn, over all plans of up to ``passes`` groups.

    Returns
    -------
    bits : float
    plan : list of tuple of int

    Examples
    --------
    Three places that are always alike lose nothing if one goes first:

    >>> copies = np.zeros((2, 2, 2))
    >>> copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    >>> best_fixed_plan(copies, 2)
    (0.0, [(0,), (1, 2)])
    """
    joint = checked(joint, passes)
    everything = 2 ** joint.ndim - 1
    price = {pair: array.sum() for pair, array in _prices(joint).items()}
    best = {seen: (0.0 if seen == everything else math.inf, ()) for seen in range(everything + 1)}
    for _ in range(passes):
        best = {seen: min([(price[seen, group] + best[seen | group][0], (group, *best[seen | group][1]))
                           for group in parts(everything & ~seen)] or [(0.0, ())])
                for seen in best}
    bits, plan = best[0]
    return max(0.0, float(bits)), [places_of(group) for group in plan]


def optimum(joint, passes):
    """boss: the least that any rule can lose, one that knows the table and sees what was drawn, in bits.

    Dynamic programming from the last pass to the first: for everything that may be seen, the group whose own loss plus the
    expected rest is smallest.

    >>> optimum(np.array([[0.5, 0.0], [0.0, 0.5]]), 1)
    1.0
    """
    joint = checked(joint, passes)
    everything = 2 ** joint.ndim - 1
    price = _prices(joint)
    rest = {everything: np.zeros_like(joint)}           # P(what is seen) * what is still lost; without a pass only what is finished
    for _ in range(passes):
        rest = {seen: reduce(np.minimum, [price[seen, group] + rest[seen | group].sum(axis=places_of(group), keepdims=True)
                                          for group in parts(everything & ~seen) if seen | group in rest] or [rest.get(seen)])
                for seen in range(everything + 1)}
    return max(0.0, rest[0].item())


def _prices(joint):
    """What each group loses after each set of places: {(seen, group): P(what is seen) * total correlation}.

    Sets of places are bits of an integer. Arrays have an axis for each place, of length 1 if it is not among those seen.
    """
    sets = range(2 ** joint.ndim)
    probs = [joint.sum(axis=places_of(~seen & (len(sets) - 1)), keepdims=True) for seen in sets]
    surprise = [-p * np.log2(np.where(p > 0, p, 1.0)) for p in probs]           # sums to the entropy of the places in the set

    def uncertainty(seen, group):
        """P(what is seen) * entropy of the group given that."""
        return surprise[seen | group].sum(axis=places_of(group), keepdims=True) - surprise[seen]
    each = {(seen, 1 << t): uncertainty(seen, 1 << t) for seen in sets for t in places_of(~seen & (len(sets) - 1))}
    return {(seen, group): sum(each[seen, 1 << t] for t in places_of(group)) - uncertainty(seen, group)
            for seen in sets for group in parts(~seen & (len(sets) - 1))}


def places_of(bits):
    """The places in a set: 0b101 -> (0, 2)."""
    return tuple(t for t in range(bits.bit_length()) if bits >> t & 1)


def parts(bits):
    """All subsets of a set but the empty one, in ascending order."""
    part = -bits & bits
    while part:
        yield part
        part = (part - bits) & bits


# Tables to try a rule on: the same families as in the hidden tests, which draw their own numbers

def tables(rng, *names):
    """One table of each family, or of those named: a list of (name, joint, passes)."""
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        raise say("names", f"some of {', '.join(FAMILIES)}", unknown[0])
    return [Table(name, *FAMILIES[name](rng)) for name in names or FAMILIES]


def xor(rng):
    """Three bits: any two are independent, the third is settled by them. Two passes."""
    joint = np.full((2, 2, 2), 0.25)
    odd = np.indices(joint.shape).sum(axis=0) % 2
    return joint * (odd == rng.integers(2)), 2


def margin(rng):
    """``xor`` among two places that are as good as sure, such as the margin of a picture. Two passes."""
    joint, passes = xor(rng)
    for _ in range(2):
        surely = rng.uniform(0.998, 0.999)
        joint = np.multiply.outer(joint, rng.permutation([surely, 1 - surely]))
    return _shuffled(rng, joint, passes), passes


def story(rng):
    """In reading order: a topic, two words that depend on it and not on each other, and sure places between. Three passes."""
    return _in_order(rng, (0, 2, 4)), 3


def blanks(rng):
    """``story`` with its places in an order that does not help who reads from left to right. Three passes."""
    return _shuffled(rng, _in_order(rng, (0, 2, 4)), 3), 3


def hurry(rng):
    """``blanks``, in two passes."""
    return _shuffled(rng, _in_order(rng, (0, 2, 4)), 2), 2


def topic(rng):
    """A topic and four words; what else a word may be than its favourite depends on the topic. Two passes.

    One canvas in fifty or so keeps to no rule, so every rule loses something.
    """
    favourite, joint = rng.uniform(0.56, 0.62, 4), 0.0
    tokens = [rng.permutation(3) for _ in range(4)]
    for told, share in zip((0, 1), _share(rng, 0.50, 0.53)):
        rest = rng.uniform(0.88, 0.93, 4)                                       # of what is not the favourite
        words = [[often, (1 - often) * some, (1 - often) * (1 - some)] for often, some in zip(favourite, rest)]
        words = [np.array(word if told else [word[0], word[2], word[1]])[order] for word, order in zip(words, tokens)]
        joint = joint + share * _independent([np.eye(3)[told], *words])
    astray = np.zeros(joint.size)
    astray[rng.permutation(joint.size)[:6]] = rng.dirichlet(np.full(6, 5.0))
    few = rng.uniform(0.01, 0.03)
    return _shuffled(rng, (1 - few) * joint + few * astray.reshape(joint.shape), 2), 2


def switches(rng):
    """Two coins say which of four places names a topic and which is sure; the other two are words. Three passes."""
    while True:
        order, joint = rng.permutation(4), np.zeros((3,) * 6)
        first, second = _share(rng, 0.50, 0.54), _share(rng, 0.50, 0.54)
        for k, (a, b) in enumerate(np.ndindex(2, 2)):
            joint[a, b] = first[a] * second[b] * _scene(rng, 4, order[k], [order[(k + 1) % 4]])
        others = marginals(joint)[2:]
        if min(map(entropy_bits, others)) > 1.2 and others.max() < 0.49:        # the coins stand out, however one looks
            return _shuffled(rng, joint, 3, least=0.25), 3


def clues(rng):
    """A switch says which of five places names a topic and which is sure; the other three are words. Three passes."""
    while True:
        order, joint = rng.permutation(5), np.zeros((3,) * 6)
        for told, share in zip((0, 1), _share(rng, 0.50, 0.54)):
            joint[told] = share * _scene(rng, 5, order[told], [order[2 + told]])
        if min(map(entropy_bits, marginals(joint)[1:])) > 1.2 and lost_bits(joint, lowest_entropy_first, 3) > 0.05:
            return _shuffled(rng, joint, 3), 3


FAMILIES = {family.__name__: family for family in (xor, story, blanks, switches, topic, margin, hurry, clues)}


def _independent(rows):
    """The joint distribution of places that do not know each other, from rows (V,)."""
    return reduce(np.multiply.outer, rows)


def _share(rng, low, high):
    """Two probabilities, the larger one from low to high, in any order."""
    larger = rng.uniform(low, high)
    return rng.permutation([larger, 1 - larger])


def _scene(rng, n, topic, sure):
    """n places of three tokens: one names the topic (two of its tokens are possible), some are sure, the rest are words."""
    favourites = [rng.permutation(3) for _ in range(n)]                         # of each place, for each topic
    always, joint = rng.integers(0, 3, n), 0.0
    for told, share in zip(rng.permutation(3), _share(rng, 0.60, 0.68)):
        rows = []
        for t in range(n):
            often = rng.uniform(0.70, 0.80)
            word = np.full(3, (1 - often) / 2)
            word[favourites[t][told]] = often
            rows.append(np.eye(3)[told] if t == topic else np.eye(3)[always[t]] if t in sure else word)
        joint = joint + share * _independent(rows)
    return joint


def _in_order(rng, live):
    """Six places: the live ones are a topic and two words, the others are sure."""
    scene = _scene(rng, 3, 0, [])
    joint = np.zeros((3,) * 6)
    always = rng.integers(0, 3, 6)
    joint[tuple(slice(None) if t in live else always[t] for t in range(6))] = scene
    return joint


def _shuffled(rng, joint, passes, least=0.05):
    """The same places in an order in which left to right loses something."""
    while True:
        mixed = joint.transpose(rng.permutation(joint.ndim))
        if lost_bits(mixed, left_to_right, passes) > least:
            return mixed
