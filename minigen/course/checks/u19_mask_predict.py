"""Public checks of unit 19. The models here are tables: fixed probabilities for each place, whatever stands on the canvas."""

import numpy as np

from minigen.course import expect

MASK = 2                # two tokens, 0 and 1


def run(impl, zeros, canvas, u):
    """The tokens, and the canvases that the model was shown; zeros (B, T) are the probabilities of token 0."""
    shown, probs = [], np.stack([np.array(zeros), 1 - np.array(zeros)], axis=-1)

    def logits(canvas, at):
        shown.append(np.array(canvas))
        return np.log(probs[:, at])
    return impl.mask_predict(logits, np.array(canvas), np.array(u), MASK), shown


def second(shown):
    """What the model was shown in the second pass."""
    assert len(shown) == 2, f"two passes: expected the model to be asked twice, got {len(shown)} times"
    return shown[1]


def check_schedule(impl):
    """after each pass the share of passes to come is masked again, rounded down, in whole numbers"""
    for n_open, want in ((8, [6, 4, 2, 0]), (5, [3, 1, 0]), (1, [0, 0]), (10, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])):
        passes = len(want)
        got = [impl.n_masked(n_open, step, passes) for step in range(passes)]
        expect.same(np.array(got), want, f"{n_open} open places, {passes} passes")


def check_one_pass(impl):
    """one pass fills everything, leaves no mask, and leaves its inputs as they were"""
    def logits(canvas, at):
        return np.log(np.array([[[0.7, 0.3], [0.7, 0.3]]] * 2))
    got = expect.unchanged(impl.mask_predict, logits, np.full((2, 2), MASK), np.array([[[0.1, 0.9], [0.8, 0.6]]]), MASK)
    expect.same(got, [[0, 1], [1, 0]], "the tokens after the only pass")


def check_prompt(impl):
    """the prompt stays, in what the model is shown and at the end"""
    got, shown = run(impl, [[0.5, 0.9, 0.6, 0.8, 0.7]], [[1, 2, 2, 2, 2]], np.full((2, 1, 5), 0.3))
    for canvas in (*shown, got):
        assert canvas[0, 0] == 1, f"place 0 is a prompt, token 1: expected it to stay, got {canvas[0, 0]}"


def check_how_many(impl):
    """each pass masks fewer of the places that were open at the start"""
    _, shown = run(impl, [[0.5, 0.5, 0.9, 0.6, 0.8, 0.7]], [[0, 1, 2, 2, 2, 2]], np.full((4, 1, 6), 0.3))
    got = np.array([(canvas == MASK).sum() for canvas in shown])
    expect.same(got, [4, 3, 2, 1], "4 open places, 4 passes: the masks that the model was shown")


def check_the_least_sure(impl):
    """the places of lowest confidence are masked again, on each canvas its own"""
    zeros = [[0.9, 0.6, 0.8, 0.7], [0.6, 0.9, 0.7, 0.8]]
    _, shown = run(impl, zeros, np.full((2, 4), MASK), np.full((2, 2, 4), 0.3))
    expect.same(second(shown), [[0, 2, 0, 2], [2, 0, 2, 0]],
                "token 0 drawn with 0.9 0.6 0.8 0.7 and 0.6 0.9 0.7 0.8: the second canvas")


def check_confidence(impl):
    """confidence is the probability of the token that was drawn, likely or not"""
    _, shown = run(impl, [[0.9, 0.6]], [[2, 2]], [[[0.95, 0.3]], [[0.3, 0.3]]])
    expect.same(second(shown), [[2, 0]], "token 1 drawn with 0.1, token 0 drawn with 0.6: the second canvas")


def check_kept(impl):
    """a place that is not masked keeps its token: its die of the next pass is not used"""
    got, _ = run(impl, [[0.9, 0.6]], [[2, 2]], [[[0.3, 0.3]], [[0.95, 0.3]]])
    expect.same(got[:, :1], [[0]], "place 0, drawn once and kept")


def check_dice(impl):
    """a place that is masked again is drawn with the die of that pass"""
    got, _ = run(impl, [[0.6, 0.6]], [[2, 2]], [[[0.3, 0.3]], [[0.9, 0.9]]])
    assert (got == 1).any(), "first dice give token 0, second dice token 1: expected the place that was masked again to hold 1"
