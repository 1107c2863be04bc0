"""Public checks of unit 20."""

import math

import numpy as np

from minigen.course import expect


def coin(n, *shape):
    """Scores of n equal tokens."""
    return np.zeros((*shape, n))


def sure(tokens, n):
    """Scores that allow one token only."""
    return np.where(np.asarray(tokens)[..., None] == np.arange(n), 0.0, -np.inf)


def check_most_frequent(impl):
    """a coarse pixel is the most frequent colour of its block; the picture stays as it was"""
    pictures = np.array([[[0, 3, 1, 0],
                          [3, 3, 0, 0]]])
    expect.same(expect.unchanged(impl.shrink, pictures, 2, 4), [[[3, 0]]], "0 3 3 3 and 1 0 0 0")


def check_ties(impl):
    """of equally frequent colours the coarse pixel is the smaller id"""
    expect.same(impl.shrink(np.array([[[1, 5], [1, 5]]]), 2, 6), [[[1]]], "the block 1 5 1 5")


def check_blocks(impl):
    """a pixel and its block change places: enlarge repeats it, shrink gives it back"""
    small, large = np.array([[[1, 2], [3, 4]]]), np.array([[[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]])
    expect.same(impl.enlarge(small, 2), large, "1 2 above 3 4, enlarged twice")
    expect.same(impl.shrink(large, 2, 5), small, "the large picture, made small again")


def check_the_model_sees_what_is_drawn(impl):
    """each coarse pixel is drawn after those before it, and the model sees them"""
    def one_more(canvas, place):                        # token 1, and then each token one larger than the one before it
        return sure([1] if place == 0 else canvas[:, place - 1] + 1, 6)
    coarse, _ = impl.cascade(one_more, lambda coarse: coin(2, 1, 2, 2), np.full((1, 2, 2), 0.5), np.full((1, 2, 2), 0.3))
    expect.same(coarse, [[[1, 2], [3, 4]]], "the coarse picture")


def check_nothing_yet(impl):
    """the coarse model is asked in raster order and sees -1 where nothing is drawn yet"""
    seen, places = [], []

    def coarse_logits(canvas, place):
        seen.append(np.array(canvas)[0, place:].tolist())
        places.append(int(place))
        return coin(2, 1)
    impl.cascade(coarse_logits, lambda coarse: coin(2, 1, 2, 2), np.full((1, 2, 2), 0.3), np.full((1, 2, 2), 0.3))
    assert places == [0, 1, 2, 3], f"2 x 2 coarse pixels: expected places 0 1 2 3, got {places}"
    assert seen == [[-1] * 4, [-1] * 3, [-1] * 2, [-1]], f"expected -1 at open places, got {seen}"


def check_fine_sees_coarse(impl):
    """the fine model is asked once, with the finished coarse picture"""
    shown = []

    def fine_logits(coarse):
        shown.append(np.array(coarse).tolist())
        return np.log(np.tile([0.2, 0.8], (1, 1, 2, 1)))
    _, fine = impl.cascade(lambda canvas, place: coin(2, 1), fine_logits, np.array([[[0.6, 0.1]]]), np.array([[[0.6, 0.1]]]))
    assert shown == [[[[1, 0]]]], f"the coarse picture is [[[1, 0]]]: expected the fine model to see it once, got {shown}"
    expect.same(fine, [[[1, 0]]], "fine pixels 0.2 0.8, dice 0.6 and 0.1")


def check_fine_dice(impl):
    """each fine pixel has its own die, not that of its coarse pixel"""
    def fine_logits(coarse):
        return np.log(np.tile([0.2, 0.8] if coarse[0, 0, 0] == 0 else [0.8, 0.2], (1, 2, 2, 1)))
    u_fine = np.array([[[0.3, 0.6], [0.7, 0.4]]])
    _, fine = impl.cascade(lambda canvas, place: coin(2, 1), fine_logits, np.array([[[0.1]]]), u_fine)
    expect.same(fine, [[[1, 1], [1, 1]]], "coarse pixel 0 from the die 0.1; fine pixels 0.2 0.8, dice 0.3 to 0.7")


def check_log_prob(impl):
    """log p(coarse) plus the log-probabilities of all fine pixels, in nats"""
    scores = np.log(np.array([[[[0.5, 0.5], [0.25, 0.75]]]])) + 1.0        # the softmax takes the 1 away
    got = expect.unchanged(impl.cascade_log_prob, np.log(np.array([0.1])), lambda coarse: scores.copy(),
                           np.array([[[1]]]), np.array([[[0, 1]]]))
    expect.close(got, [math.log(0.1 * 0.5 * 0.75)], "coarse 0.1, fine pixels 0.5 and 0.75")


def check_large_scores(impl):
    """scores may be as large as they like"""
    with np.errstate(all="ignore"):
        coarse, _ = impl.cascade(lambda canvas, place: coin(2, 1) + 1e4, lambda coarse: coin(2, 1, 2, 2) + 1e4,
                                 np.array([[[0.3, 0.6]]]), np.full((1, 2, 2), 0.3))
    expect.same(coarse, [[[0, 1]]], "even odds, scores of 10,000, dice 0.3 and 0.6")
