"""Public checks of unit 14."""

import numpy as np

from minigen.course import expect

SIX = np.array([[1, 2, 3, 4, 5, 6]])                # 1 2 3 over 4 5 6


def one_more(canvas, place):
    """A model that is sure: one more than the pixel before, modulo 3; the first pixel is 0."""
    before = canvas[:, place - 1] if place else np.full(len(canvas), 2)
    return np.where(np.arange(3) == (before[:, None] + 1) % 3, 0.0, -50.0)


def check_shape(impl):
    """whole numbers, (B, H, W, taps); the pictures stay as they were"""
    seen = expect.unchanged(impl.pixel_context, np.array([[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]]), 2, 3, 2, 9)
    expect.array(seen, (2, 2, 3, 12), "i", "what the pixels of two pictures 2 x 3 see with reach 2")
    whole = expect.unchanged(impl.complete, one_more, np.array([[1, 2, 0, 0, 0, 0]]), 1, 3, 2, np.full((1, 6), 0.5), 3)
    expect.array(whole, (1, 6), "i", "a completed picture 3 x 2")


def check_order(impl):
    """the taps come in the order of the picture: the rows above from the top down, then the left"""
    seen = impl.pixel_context(np.arange(15).reshape(1, 15), 3, 5, 2, 99)
    expect.same(seen[0, 2, 2], np.arange(12), "what the middle of the third row sees, picture 3 x 5 of 0 to 14")


def check_left(impl):
    """in a picture of one row, each pixel sees the one on its left, and the first one nothing"""
    seen = impl.pixel_context(np.array([[1, 2, 3]]), 1, 3, 1, 9)
    expect.same(seen[0, 0, :, -1], [9, 1, 2], "the last tap of the row 1 2 3")


def check_not_itself(impl):
    """a pixel does not see its own colour"""
    changed = np.array([[1, 2, 3, 4, 7, 6]])
    before, after = impl.pixel_context(SIX, 2, 3, 1, 9), impl.pixel_context(changed, 2, 3, 1, 9)
    expect.same(after[0, 1, 1], before[0, 1, 1], "what pixel 4 sees after its own colour was changed")


def check_sides(impl):
    """beyond the left and the right edge there is nothing, not the end of another row"""
    seen = impl.pixel_context(SIX, 2, 3, 1, 9)
    expect.same(seen[0, 1, 0, :1], [9], "on the upper left of the first pixel of the second row")
    expect.same(seen[0, 1, 2, 2:3], [9], "on the upper right of the last pixel of the second row")


def check_complete(impl):
    """the rows that are given stay, and each pixel that is drawn is seen by the next"""
    given = np.array([[1, 1, 0, 0, 0, 0]])
    expect.same(impl.complete(one_more, given, 1, 3, 2, np.full((1, 6), 0.5), 3), [[1, 1, 2, 0, 1, 2]],
                "one row of two kept, then always one more than the pixel before")


def check_hidden(impl):
    """what has not been drawn yet is masked when the model is asked"""
    asked = []

    def logits(canvas, place):
        asked.append(canvas[0, place:].tolist())
        return np.zeros((1, 3))
    impl.complete(logits, np.array([[1, 1, 2, 2, 2, 2]]), 1, 3, 2, np.full((1, 6), 0.5), 3)
    want = [[3, 3, 3, 3], [3, 3, 3], [3, 3], [3]]
    assert asked == want, f"the pixels from the place on that is asked for: expected {want}, got {asked}"


def check_dice(impl):
    """each pixel goes by the die of its own place"""
    u = np.array([[0.1, 0.1, 0.9, 0.4, 0.9, 0.1]])
    got = impl.complete(lambda canvas, place: np.zeros((1, 3)), np.array([[1, 1, 0, 0, 0, 0]]), 1, 3, 2, u, 3)
    expect.same(got[0, 2:], [2, 1, 2, 0], "three equal scores, dice 0.9, 0.4, 0.9, 0.1 for the open pixels")
