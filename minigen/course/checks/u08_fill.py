"""Public checks of unit 08. Two tokens, 0 and 1; the mask is 2."""

import numpy as np

from minigen.course import expect

BLANK = np.full((1, 3), 2)
ONE_BY_ONE, AT_ONCE = [[0], [1], [2]], [np.array([0, 1, 2])]


def even(calls):
    """A model for which both tokens are as likely everywhere; it notes what it is asked."""
    def logits(canvas, at):
        calls.append((np.array(canvas), np.array(at)))
        return np.zeros((len(canvas), len(at), 2))
    return logits


def copycat(canvas, at):
    """Each place copies the one on its left if that is decided, and is even otherwise."""
    scores = np.zeros((len(canvas), len(at), 2))
    for b, row in enumerate(canvas):
        for a, t in enumerate(at):
            if t > 0 and row[t - 1] < 2:
                scores[b, a, 1 - row[t - 1]] = -np.inf
    return scores


def frames(impl, logits, canvas, dice, plan):
    """All canvases that come, in a list."""
    return list(impl.fill(logits, canvas.copy(), np.array(dice), plan, 2))


def check_frames(impl):
    """one canvas after each pass, whole numbers"""
    got = frames(impl, even([]), np.full((2, 3), 2), [[0.1, 0.2, 0.3], [0.4, 0.1, 0.2]], [[0], [1, 2]])
    assert len(got) == 2, f"a plan of two passes: expected 2 canvases, got {len(got)}"
    for frame in got:
        expect.array(frame, (2, 3), "i", "each canvas")


def check_inputs(impl):
    """the given canvas and the dice stay as they were"""
    expect.unchanged(lambda canvas, u: list(impl.fill(even([]), canvas, u, ONE_BY_ONE, 2)), BLANK.copy(), np.full((1, 3), 0.3))


def check_dice(impl):
    """the die of place t is u[:, t], also when the places come in another order"""
    *_, last = frames(impl, even([]), BLANK, [[0.1, 0.9, 0.2]], [[2], [0], [1]])
    expect.same(last, [[0, 1, 0]], "even odds, dice 0.1, 0.9, 0.2, places in the order 2, 0, 1")


def check_together(impl):
    """all places of a pass are asked for at once, in an array, while they are still open"""
    calls = []
    frames(impl, even(calls), BLANK, [[0.1, 0.9, 0.2]], AT_ONCE)
    assert len(calls) == 1, f"one pass: expected 1 call of logits, got {len(calls)}"
    expect.same(np.sort(calls[0][1]), [0, 1, 2], "the places asked for")
    expect.same(calls[0][0], BLANK, "the canvas that the model is shown in the first pass")


def check_blind(impl):
    """places of one pass do not see each other's draws"""
    *_, last = frames(impl, copycat, BLANK, [[0.9, 0.1, 0.2]], AT_ONCE)
    expect.same(last, [[1, 0, 0]], "copycats at once, dice 0.9, 0.1, 0.2")


def check_later(impl):
    """a later pass sees what was drawn before"""
    *_, last = frames(impl, copycat, BLANK, [[0.9, 0.1, 0.2]], ONE_BY_ONE)
    expect.same(last, [[1, 1, 1]], "copycats one by one, dice 0.9, 0.1, 0.2")


def check_prompt(impl):
    """what the prompt has decided stays and is not asked for"""
    calls = []
    *_, last = frames(impl, even(calls), np.array([[2, 1, 2]]), [[0.1, 0.1, 0.1]], [[0, 1], [2]])
    expect.same(last[:, 1], [1], "place 1, which the prompt decided,")
    asked = [np.sort(at).tolist() for _, at in calls]
    assert asked == [[0], [2]], f"plan [[0, 1], [2]], place 1 decided: expected the questions [[0], [2]], got {asked}"


def check_copies(impl):
    """a canvas that was handed out does not change any more"""
    first, *_ = frames(impl, even([]), BLANK, [[0.1, 0.2, 0.3]], ONE_BY_ONE)
    expect.same(first[:, 1:], [[2, 2]], "places 1 and 2 on the canvas after the first of three passes")
