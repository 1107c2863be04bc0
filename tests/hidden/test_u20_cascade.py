"""Hidden tests of unit 20. The oracles are plain loops over pixels, and sums over all pictures."""

import math
from collections import Counter

import numpy as np
from oracles import every, softmax, walk

from minigen.course import expect

CLEAR = 1e-4                            # how far dice stay away from edges between two tokens
LAST = 1 - 2 ** -53                     # the largest die there is


def blocks(picture, factor):
    """(i, j, colours) of every block of a picture (H, W)."""
    for i in range(len(picture) // factor):
        for j in range(len(picture[0]) // factor):
            yield i, j, [int(picture[i * factor + di][j * factor + dj]) for di in range(factor) for dj in range(factor)]


def winners(pictures, factor):
    """The most frequent colour of every block, the smaller id of equal ones."""
    out = np.zeros((len(pictures), pictures.shape[1] // factor, pictures.shape[2] // factor), np.int64)
    for b, picture in enumerate(pictures):
        for i, j, colours in blocks(picture, factor):
            out[b, i, j] = min(Counter(colours).items(), key=lambda item: (-item[1], item[0]))[0]
    return out


def from_blocks(rng, shape, factor, block):
    """Pictures whose blocks are the colours that ``block()`` returns, in random order."""
    out = np.zeros((shape[0], shape[1] * factor, shape[2] * factor), np.int64)
    for b, i, j in np.ndindex(*shape):
        out[b, i * factor:(i + 1) * factor, j * factor:(j + 1) * factor] = rng.permutation(block()).reshape(factor, factor)
    return out


def coarse_network(rng, n_places, vocab_size):
    """Random scores (B, V) of a place that listens to the whole canvas, -1 included."""
    weights = 1.5 / math.sqrt(n_places) * rng.standard_normal((n_places, n_places, vocab_size + 1, vocab_size))

    def logits(canvas, place):
        return sum(weights[place, t, np.array(canvas)[:, t] + 1] for t in range(n_places))
    return logits


def fine_network(rng, coarse_shape, shape, vocab_size, dtype=np.float64):
    """Random scores (B, H, W, V) that listen to the whole coarse picture, -1 included."""
    n_places = math.prod(coarse_shape)
    weights = 1.5 / math.sqrt(n_places) * rng.standard_normal((n_places, vocab_size + 1, *shape, vocab_size))

    def logits(coarse):
        ids = np.array(coarse).reshape(-1, n_places) + 1
        return sum(weights[t, ids[:, t]] for t in range(n_places)).astype(dtype)
    return logits


def clear_dice(rng, scores):
    """Dice for scores (..., V) that no rounding can carry over an edge."""
    edges = np.cumsum([softmax(row) for row in scores.reshape(-1, scores.shape[-1]).tolist()], axis=-1)[:, :-1]
    dice = rng.random(len(edges))
    while (near := np.abs(edges - dice[:, None]).min(axis=1) < CLEAR).any():
        dice[near] = rng.random(near.sum())
    return dice.reshape(scores.shape[:-1])


def case(rng, rows, small, factor, vocab_size=4, dtype=np.float64):
    """Two models and dice, with the pictures (coarse, fine) that plain loops draw."""
    (height, width), shape = small, (small[0] * factor, small[1] * factor)
    coarse_logits = coarse_network(rng, height * width, vocab_size)
    fine_logits = fine_network(rng, small, shape, vocab_size, dtype)
    canvas, u_coarse = np.full((rows, height * width), -1), np.zeros((rows, height * width))
    for place in range(height * width):
        scores = coarse_logits(canvas, place)
        u_coarse[:, place] = clear_dice(rng, scores)
        canvas[:, place] = [walk(softmax(row), die) for row, die in zip(scores.tolist(), u_coarse[:, place])]
    coarse = canvas.reshape(rows, height, width)
    scores = fine_logits(coarse)
    u_fine = clear_dice(rng, scores)
    return coarse_logits, fine_logits, u_coarse.reshape(rows, height, width), u_fine, coarse, drawn(scores, u_fine)


def drawn(scores, u):
    """The token of each die, by a walk."""
    out = np.zeros(u.shape, np.int64)
    for index in np.ndindex(*u.shape):
        out[index] = walk(softmax(scores[index].tolist()), u[index])
    return out


def call(impl, coarse_logits, fine_logits, u_coarse, u_fine):
    """The pictures, and what both models were shown: a list of (canvas, place), a list of coarse pictures."""
    asked, shown = [], []

    def watched_coarse(canvas, place):
        asked.append((np.array(canvas), int(place)))
        return coarse_logits(canvas, place)

    def watched_fine(coarse):
        shown.append(np.array(coarse))
        return fine_logits(coarse)
    got = expect.unchanged(impl.cascade, watched_coarse, watched_fine, u_coarse.copy(), u_fine.copy())
    assert isinstance(got, (tuple, list)) and len(got) == 2, "cascade: expected two pictures, the coarse one and the fine one"
    expect.array(got[0], u_coarse.shape, "i", "the coarse pictures")
    expect.array(got[1], u_fine.shape, "i", "the fine pictures")
    return got[0], got[1], asked, shown


def test_the_most_frequent_colour(impl, rng):
    """shrink finds the most frequent colour of every block, at any size"""
    for factor, shape in ((2, (4, 3, 5)), (3, (3, 4, 2)), (4, (3, 2, 3))):
        def block():
            while True:                                 # until one colour is ahead of all others
                colours = rng.integers(5, size=factor * factor)
                counts = Counter(colours.tolist()).most_common()
                if len(counts) > 1 and counts[0][1] > counts[1][1]:
                    return colours
        pictures = from_blocks(rng, shape, factor, block)
        got = expect.unchanged(impl.shrink, pictures, factor, 5)
        expect.same(got, winners(pictures, factor), f"pictures {pictures.shape}, factor {factor}")


def test_ties_go_to_the_smaller_id(impl, rng):
    """of equally frequent colours the smaller id wins, wherever it stands in the block"""
    for factor, shape in ((2, (3, 4, 5)), (4, (2, 3, 4))):
        def block():
            n_colours = factor if rng.random() < 0.5 else 2
            return np.repeat(rng.permutation(7)[:n_colours], factor * factor // n_colours)
        pictures = from_blocks(rng, shape, factor, block)
        got = impl.shrink(pictures, factor, 7)
        expect.same(got, winners(pictures, factor), f"blocks of equally frequent colours, factor {factor}")


def test_a_coarse_pixel_is_a_colour_of_its_block(impl, rng):
    """shrink never gives a colour that does not stand in the block"""
    def block():
        pair = rng.choice(20, 2, replace=False)
        return np.append(np.repeat(pair, 4), pair[0])
    pictures = from_blocks(rng, (3, 4, 5), 3, block)
    got = expect.array(impl.shrink(pictures, 3, 20), (3, 4, 5), "i", "the small pictures")
    for b, picture in enumerate(pictures):
        for i, j, colours in blocks(picture, 3):
            assert got[b, i, j] in colours, f"picture {b}, block {i}, {j} holds {sorted(set(colours))}, got {got[b, i, j]}"


def test_a_pixel_becomes_a_block(impl, rng):
    """enlarge repeats every pixel down and to the right, and leaves the picture as it was"""
    for shape, factor in (((2, 3, 5), 2), ((1, 4, 2), 3), ((3, 1, 2), 4)):
        pictures = rng.integers(9, size=shape)
        want = np.zeros((shape[0], shape[1] * factor, shape[2] * factor), np.int64)
        for b, y, x in np.ndindex(*want.shape):
            want[b, y, x] = pictures[b, y // factor, x // factor]
        expect.same(expect.unchanged(impl.enlarge, pictures, factor), want, f"pictures {shape}, factor {factor}")
        expect.same(impl.enlarge(pictures[:, ::-1], factor), want[:, ::-1], "a view, upside down")


def test_shrink_undoes_enlarge(impl, rng):
    """a picture that is enlarged and made small again is itself, also by a factor of 1"""
    for shape, factor in (((3, 4, 6), 2), ((2, 5, 3), 3), ((2, 3, 4), 1), ((1, 2, 3), 16)):
        pictures = rng.integers(6, size=shape)
        got = impl.shrink(impl.enlarge(pictures, factor), factor, 6)
        expect.same(got, pictures, f"pictures {shape}, there and back by {factor}")


def test_the_coarse_picture(impl, rng):
    """coarse pixels are drawn one by one, each with its own die, given those before it"""
    for rows, small, factor in ((12, (2, 3), 2), (8, (3, 2), 1), (1, (3, 3), 2)):
        *models_and_dice, coarse, _ = case(rng, rows, small, factor)
        expect.same(call(impl, *models_and_dice)[0], coarse, f"{rows} coarse pictures of {small}")


def test_the_coarse_model_sees_what_is_drawn(impl, rng):
    """when a coarse pixel is asked for, the canvas holds those that were asked for before"""
    coarse, _, asked, _ = call(impl, *case(rng, 10, (2, 3), 2)[:4])
    flat, before = coarse.reshape(10, 6), []
    for canvas, place in asked:
        expect.same(canvas[:, before], flat[:, before], f"coarse pixels on the canvas when place {place} is asked for")
        before.append(place)


def test_open_places_hold_nothing(impl, rng):
    """when a coarse pixel is asked for, places that were not yet asked for hold -1"""
    _, _, asked, _ = call(impl, *case(rng, 10, (2, 3), 2)[:4])
    still_open = set(range(6))
    for canvas, place in asked:
        assert canvas.shape == (10, 6), f"the canvas: expected shape (10, 6), got {canvas.shape}"
        assert (canvas[:, sorted(still_open)] == -1).all(), f"place {place}: expected -1 wherever nothing is drawn yet"
        still_open.discard(place)


def test_raster_order(impl, rng):
    """coarse pixels are asked for once each, row by row from left to right"""
    for small in ((2, 3), (3, 2), (1, 1)):
        _, _, asked, _ = call(impl, *case(rng, 2, small, 2)[:4])
        got = [place for _, place in asked]
        assert got == list(range(small[0] * small[1])), f"{small[0]} rows of {small[1]} coarse pixels: asked for {got}"


def test_fine_pixels_are_drawn_given_the_coarse_picture(impl, rng):
    """every fine pixel is the token of its own die, given the coarse picture that came out"""
    for rows, small, factor, dtype in ((6, (2, 3), 2, np.float64), (1, (2, 2), 3, np.float32)):
        coarse_logits, fine_logits, u_coarse, u_fine, *_ = case(rng, rows, small, factor, dtype=dtype)
        while True:                                     # clear of edges under whatever coarse picture came out
            coarse, fine, _, _ = call(impl, coarse_logits, fine_logits, u_coarse, u_fine)
            scores = fine_logits(coarse)
            edges = np.cumsum([softmax(row) for row in scores.reshape(-1, 4).tolist()], axis=-1)[:, :-1]
            near = (np.abs(edges - u_fine.reshape(-1, 1)) < CLEAR).any(axis=1).reshape(u_fine.shape)
            if not near.any():
                break
            u_fine[near] = rng.random(near.sum())
        expect.same(fine, drawn(scores, u_fine), f"{rows} fine pictures {u_fine.shape[1:]}")


def test_the_fine_model_sees_the_finished_coarse_picture(impl, rng):
    """what the fine model is shown is the coarse picture that is returned"""
    coarse, _, _, shown = call(impl, *case(rng, 5, (2, 3), 2)[:4])
    assert shown, "expected the fine model to be asked"
    for one in shown:
        expect.same(one, coarse, "the coarse picture that the fine model is shown")


def test_the_fine_model_is_asked_once(impl, rng):
    """one pass draws all fine pixels, however many there are"""
    for small, factor in ((2, 3), 2), ((2, 2), 4):
        _, _, asked, shown = call(impl, *case(rng, 2, small, factor)[:4])
        assert len(shown) == 1, f"{small} coarse pixels: the fine model was asked {len(shown)} times"


def test_coarse_dice_do_not_reach_fine_pixels(impl, rng):
    """when the coarse picture is certain, other coarse dice change nothing"""
    fixed = rng.integers(4, size=6)

    def certain(canvas, place):
        return np.tile(np.where(np.arange(4) == fixed[place], 0.0, -np.inf), (len(canvas), 1))
    _, fine_logits, u_coarse, u_fine, *_ = case(rng, 8, (2, 3), 2)
    dice = [u_coarse, np.zeros(u_coarse.shape), np.full(u_coarse.shape, LAST)]
    results = [call(impl, certain, fine_logits, one, u_fine) for one in dice]
    for coarse, fine, _, _ in results:
        expect.same(coarse, np.tile(fixed.reshape(2, 3), (8, 1, 1)), "a coarse picture with one possible colour everywhere")
        expect.same(fine, results[0][1], "fine pictures with other coarse dice")


def test_scores_of_any_size(impl, rng):
    """scores near 10,000 and near -10,000 are drawn from as others are, small pictures and large ones"""
    for shift in (1e4, -1e4):
        coarse_logits, fine_logits, u_coarse, u_fine, coarse, fine = case(rng, 4, (2, 2), 2)
        with np.errstate(all="ignore"):
            got = call(impl, lambda canvas, place: coarse_logits(canvas, place) + shift, lambda seen: fine_logits(seen) + shift,
                       u_coarse, u_fine)
        expect.same(got[0], coarse, f"coarse pixels, scores near {shift:g}")
        expect.same(got[1], fine, f"fine pixels, scores near {shift:g}")


def test_impossible_colours_are_not_drawn(impl, rng):
    """dice of 0 and near 1 give the first and the last colour that is possible, in small pictures and in large ones"""
    scores, later = np.array([-np.inf, *rng.standard_normal(3), -np.inf]), rng.integers(0, 2, (2, 5, 4))
    later[:, 4, :2] = [[0, 1], [1, 0]]                  # each coarse pixel of a picture has another die
    dice = np.where(later, 1 - CLEAR, 0.0)
    coarse, fine = impl.cascade(lambda canvas, place: np.tile(scores, (2, 1)), lambda coarse: np.tile(scores, (2, 4, 4, 1)),
                                dice[:, 4:, :2], dice[:, :4])
    expect.same(coarse, np.where(later, 3, 1)[:, 4:, :2], "coarse pixels, of five colours the first and the last impossible")
    expect.same(fine, np.where(later, 3, 1)[:, :4], "fine pixels, of five colours the first and the last impossible")


def scored(rng, rows, small, factor, vocab_size=3, dtype=np.float64):
    """A fine model, coarse and fine pictures, and log p(fine | coarse) by loops."""
    shape = (small[0] * factor, small[1] * factor)
    logits = fine_network(rng, small, shape, vocab_size, dtype)
    coarse, fine = rng.integers(vocab_size, size=(rows, *small)), rng.integers(vocab_size, size=(rows, *shape))
    scores = logits(coarse).astype(np.float64)
    want = np.zeros(rows)
    for b, y, x in np.ndindex(*fine.shape):
        want[b] += math.log(softmax(scores[b, y, x].tolist())[fine[b, y, x]])
    return logits, coarse, fine, want


def test_log_prob_of_both_pictures(impl, rng):
    """log p(coarse) plus the sum of log p(pixel | coarse) over all fine pixels, in nats"""
    for rows, small, factor, dtype in ((5, (2, 3), 2, np.float64), (1, (3, 2), 3, np.float64), (4, (2, 2), 4, np.float32)):
        logits, coarse, fine, want = scored(rng, rows, small, factor, dtype=dtype)
        known = -rng.uniform(1.0, 9.0, rows)
        got = impl.cascade_log_prob(known.copy(), logits, coarse, fine)
        expect.close(got, known + want, f"log p, fine pictures {fine.shape}")


def test_log_prob_of_the_fine_picture_alone(impl, rng):
    """with a coarse picture that is certain, the log-probability is that of the fine one"""
    logits, coarse, fine, want = scored(rng, 6, (2, 2), 3)
    expect.close(impl.cascade_log_prob(np.zeros(6), logits, coarse, fine), want, "log p where log p(coarse) is 0")


def test_log_prob_of_one_pixel(impl, rng):
    """pictures of a single pixel: two log-probabilities are added"""
    logits, coarse, fine, want = scored(rng, 40, (1, 1), 1)
    known = -rng.uniform(1.0, 9.0, 40)
    got = impl.cascade_log_prob(known.copy(), logits, coarse, fine)
    expect.close(got, known + want, "log p of one coarse and one fine pixel")


def test_all_fine_pictures_together(impl, rng):
    """the probabilities of all fine pictures add up to that of their coarse picture"""
    pictures = every(2, 4).reshape(16, 2, 2)
    logits, known = fine_network(rng, (1, 1), (2, 2), 2), -rng.uniform(0.5, 2.0)
    got = impl.cascade_log_prob(np.full(16, known), logits, np.full((16, 1, 1), rng.integers(2)), pictures)
    expect.array(got, (16,), "f", "log p of all pictures")
    total = math.fsum(math.exp(one) for one in got)
    expect.close(total, math.exp(known), "the sum of p over all fine pictures")


def test_a_shift_of_scores_changes_nothing(impl, rng):
    """the same number added to all scores of a pixel leaves every probability as it was"""
    logits, coarse, fine, _ = scored(rng, 5, (2, 2), 2)
    shift = rng.standard_normal((5, 4, 4, 1)) * 3 + 1
    plain = impl.cascade_log_prob(np.zeros(5), logits, coarse, fine)
    moved = impl.cascade_log_prob(np.zeros(5), lambda seen: logits(seen) + shift, coarse, fine)
    expect.close(moved, expect.array(plain, (5,), "f", "log p"), "log p with shifted scores")


def test_log_prob_is_told_the_coarse_picture(impl, rng):
    """the fine model is shown the coarse picture that is given, whatever the fine one looks like"""
    logits, coarse, fine, _ = scored(rng, 8, (2, 3), 2)
    shown = []

    def watched(seen):
        shown.append(np.array(seen))
        return logits(seen)
    expect.array(impl.cascade_log_prob(np.zeros(8), watched, coarse, fine), (8,), "f", "log p")
    assert shown, "expected the fine model to be asked"
    for one in shown:
        expect.same(one, coarse, "the coarse picture that the fine model is shown")


def test_log_prob_at_the_limits(impl, rng):
    """scores of 10,000 give a very small probability, not zero; an impossible pixel gives -inf in its own row only"""
    far = 1e4 * rng.uniform(0.5, 1.0)
    scores, coarse = np.array([[[[far, 0.0]]], [[[0.0, far]]]]), np.zeros((2, 1, 1), np.int64)
    got = impl.cascade_log_prob(np.zeros(2), lambda coarse: scores.copy(), coarse, np.ones((2, 1, 1), np.int64))
    expect.close(got, [-far, 0.0], "log p at scores far apart")
    only = np.full((2, 1, 1, 3), -np.inf)
    only[:, :, :, :2] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        got = impl.cascade_log_prob(np.zeros(2), lambda coarse: only.copy(), coarse, np.array([[[2]], [[1]]]))
    expect.array(got, (2,), "f", "log p")
    assert got[0] == -np.inf and np.isfinite(got[1]), f"impossible in the first picture only: got {got.tolist()}"


def test_inputs_are_left_alone(impl, rng):
    """pictures and log-probabilities that are given stay as they were, also as views of larger arrays"""
    logits, coarse, fine, _ = scored(rng, 4, (2, 2), 2)
    expect.array(expect.unchanged(impl.cascade_log_prob, -rng.random(4), logits, coarse, fine), (4,), "f", "log p")
    wide = np.repeat(fine, 2, axis=2)[:, :, ::2]
    expect.unchanged(impl.cascade_log_prob, np.repeat(-rng.random(4), 2)[::2], logits, np.asfortranarray(coarse), wide)
