"""Hidden tests of unit 14. The oracle goes from pixel to pixel and asks whether its neighbour lies in the picture."""

import math

import numpy as np
from oracles import walk

from minigen.course import expect

SIZES = ((1, 1), (1, 5), (5, 1), (2, 3), (4, 3), (3, 6))


def around(picture, row, column, reach, nothing):
    """What one pixel of a picture (H, W) may see, one neighbour after the other."""
    seen = []
    for r in range(row - reach, row + 1):
        for c in range(column - reach, column + reach + 1):
            if r == row and c >= column:
                break
            inside = 0 <= r < picture.shape[0] and 0 <= c < picture.shape[1]
            seen.append(int(picture[r, c]) if inside else nothing)
    return seen


def contexts(tokens, height, width, reach, nothing):
    return np.array([[[around(row.reshape(height, width), r, c, reach, nothing) for c in range(width)] for r in range(height)]
                     for row in tokens])


def distinct(rng, n, height, width):
    """Pictures (n, H W) in which no number comes twice, and none is 0."""
    return 1 + rng.permutation(n * height * width).reshape(n, -1)


class Model:
    """A callback that notes what it was asked; its scores (B, V) hang on the place and, if it ``looks``, on what is drawn."""

    def __init__(self, rng, vocab_size, places, looks=False, dtype=np.float64):
        self.vocab_size, self.looks, self.dtype, self.asked = vocab_size, looks, dtype, []
        self.own = rng.standard_normal((places, vocab_size))
        self.table = rng.standard_normal((places, vocab_size + 1, vocab_size))

    def scores(self, row, place):
        drawn = self.table[np.arange(place), row[:place] % (self.vocab_size + 1)].sum(axis=0) if self.looks else 0.0
        return (self.own[place] + drawn).astype(self.dtype)

    def __call__(self, canvas, place):
        self.asked.append((np.array(canvas), place))
        return np.stack([self.scores(row, int(place)) for row in np.asarray(canvas)])


def probabilities(scores):
    weights = [math.exp(float(score) - float(max(scores))) for score in scores]
    return [weight / math.fsum(weights) for weight in weights]


def drawn(model, tokens, kept, u, rng):
    """Complete by a walk for each pixel; a die near an edge between two colours is thrown again, into u."""
    want = tokens.copy()
    for b, row in enumerate(want):
        for place in range(kept, tokens.shape[1]):
            probs = probabilities(model.scores(row, place))
            while np.abs(np.cumsum(probs) - u[b, place]).min() < 1e-4:
                u[b, place] = rng.random()
            row[place] = walk(probs, u[b, place])
    return want


def test_every_pixel_sees_its_neighbours(impl, rng):
    """for every pixel and at every reach: the rows above, then the left, and nothing outside"""
    for height, width in SIZES:
        for reach in (1, 2, 3):
            tokens = distinct(rng, 3, height, width)
            seen = expect.unchanged(impl.pixel_context, tokens, height, width, reach, 999)
            expect.same(seen, contexts(tokens, height, width, reach, 999), f"contexts of {height} x {width}, reach {reach}")


def test_well_inside_the_picture(impl, rng):
    """a pixel far from all edges sees real colours only, in the order of the picture"""
    for reach in (1, 2):
        height, width = reach + 1, 2 * reach + 2
        tokens = distinct(rng, 2, height, width)
        seen = impl.pixel_context(tokens, height, width, reach, 999)
        expect.array(seen, (2, height, width, 2 * reach * (reach + 1)), "i")
        for b in range(2):
            want = around(tokens[b].reshape(height, width), reach, reach, reach, 999)
            expect.same(seen[b, reach, reach], want, f"picture {height} x {width}, row {reach}, column {reach}")


def test_a_pixel_does_not_see_itself(impl, rng):
    """the colour of a pixel may change: what that pixel sees stays the same"""
    for height, width in ((2, 3), (3, 2), (4, 5)):
        tokens, reach = distinct(rng, 1, height, width), 2
        before = expect.array(impl.pixel_context(tokens, height, width, reach, 999), (1, height, width, 12), "i")
        for t in range(height * width):
            changed = tokens.copy()
            changed[0, t] = 500
            after = impl.pixel_context(changed, height, width, reach, 999)
            here = 0, t // width, t % width
            expect.same(after[here], before[here], f"what pixel {t} sees, its own colour changed")


def test_a_pixel_does_not_see_what_comes_later(impl, rng):
    """all pixels after a place may change: what that place sees stays the same"""
    for height, width in ((1, 4), (2, 3), (3, 4)):
        tokens, reach = distinct(rng, 1, height, width), 2
        before = expect.array(impl.pixel_context(tokens, height, width, reach, 999), (1, height, width, 12), "i")
        for t in range(height * width):
            changed = tokens.copy()
            changed[0, t + 1:] += 500
            after = impl.pixel_context(changed, height, width, reach, 999)
            here = 0, t // width, t % width
            expect.same(after[here], before[here], f"what pixel {t} sees, later ones changed")


def test_nothing_beside_the_picture(impl, rng):
    """beyond the left and the right edge, the rows above hold nothing: no pixel of another row"""
    height, width, reach = 4, 5, 2
    seen = impl.pixel_context(distinct(rng, 2, height, width), height, width, reach, 777)
    expect.array(seen, (2, height, width, 12), "i")
    above = seen[:, reach:, :, :10].reshape(2, height - reach, width, reach, 5)
    for column in range(width):
        beyond = [not 0 <= column + step < width for step in range(-reach, reach + 1)]
        expect.same(above[:, :, column] == 777, np.broadcast_to(beyond, (2, height - reach, reach, 5)),
                    f"which taps of the rows above hold nothing, column {column}")


def test_the_first_pixel_sees_nothing(impl, rng):
    """the pixel that is drawn first has no neighbours, whatever id stands for nothing"""
    for nothing in (int(rng.integers(100, 200)), -1):
        for height, width in ((1, 6), (3, 4), (4, 3)):
            seen = impl.pixel_context(distinct(rng, 2, height, width), height, width, 2, nothing)
            expect.array(seen, (2, height, width, 12), "i")
            expect.same(seen[:, 0, 0], np.full((2, 12), nothing), f"what the first pixel of {height} x {width} sees")


def test_views_and_one_picture(impl, rng):
    """arrays that are not contiguous, whole numbers of 32 bits, and a batch of one"""
    tokens = distinct(rng, 6, 3, 4)
    want = contexts(tokens, 3, 4, 1, 999)
    expect.same(impl.pixel_context(np.asfortranarray(tokens), 3, 4, 1, 999), want, "an array in column order")
    expect.same(impl.pixel_context(tokens[::-2], 3, 4, 1, 999), want[::-2], "every second picture, backwards")
    expect.same(impl.pixel_context(tokens.astype(np.int32), 3, 4, 1, 999), want, "tokens of 32 bits")
    expect.same(impl.pixel_context(tokens[:1], 3, 4, 1, 999), want[:1], "a batch of one")


def test_the_given_rows_stay(impl, rng):
    """the rows that are given come out as they went in, and no other pixel does"""
    for height, width, rows in ((2, 5, 1), (5, 2, 3), (4, 3, 2)):
        tokens = rng.integers(0, 4, (3, height * width))
        got = impl.complete(lambda canvas, place: np.array([[0.0] * 4 + [60.0]] * 3), tokens, rows, height, width,
                            0.01 + 0.98 * rng.random(tokens.shape), 5)
        want = tokens.copy()
        want[:, rows * width:] = 4
        expect.same(got, want, f"{rows} rows of {height} x {width} given, a model that always says 4")


def test_each_open_pixel_goes_by_its_own_die(impl, rng):
    """an open pixel is drawn with the die of its picture and its place"""
    for n, height, width, rows, dtype in ((20, 4, 3, 2, np.float64), (20, 3, 5, 1, np.float32), (1, 9, 1, 2, np.float64)):
        tokens, u = rng.integers(0, 4, (n, height * width)), rng.random((n, height * width))
        model = Model(rng, 4, height * width, dtype=dtype)
        want = drawn(model, tokens, rows * width, u, rng)
        got = expect.array(impl.complete(model, tokens, rows, height, width, u, 4), tokens.shape, "i")
        expect.same(got[:, rows * width:], want[:, rows * width:], f"the open pixels of {height} x {width}, {rows} rows given")


def test_impossible_colours_are_not_drawn(impl, rng):
    """dice of 0 and near 1 give the first and the last colour that is possible"""
    scores, later = np.array([-np.inf, *rng.standard_normal(3), -np.inf]), rng.integers(0, 2, (4, 4))
    u = np.concatenate([rng.random((4, 2)), np.where(later, 1 - 1e-4, 0.0)], axis=1)
    got = impl.complete(lambda canvas, place: np.tile(scores, (len(canvas), 1)), rng.integers(0, 5, (4, 6)), 1, 3, 2, u, 9)
    expect.array(got, (4, 6), "i")
    expect.same(got[:, 2:], np.where(later, 3, 1), "open pixels, of five colours the first and the last impossible")


def test_a_whole_picture_from_nothing(impl, rng):
    """no rows given: every pixel is drawn, and what stood there before does not matter"""
    tokens, u = rng.integers(0, 3, (10, 6)), rng.random((10, 6))
    model = Model(rng, 3, 6)
    want = drawn(model, tokens, 0, u, rng)
    expect.same(impl.complete(model, tokens, 0, 2, 3, u, 3), want, "pictures 2 x 3, no rows given")
    expect.same(impl.complete(model, np.full_like(tokens, 3), 0, 2, 3, u, 3), want, "the same, all masks to begin with")


def test_a_whole_picture_given(impl, rng):
    """all rows given: nothing is drawn and nobody is asked"""
    for height, width in ((2, 3), (3, 2), (1, 4)):
        tokens, model = rng.integers(0, 3, (2, height * width)), Model(rng, 3, height * width)
        got = impl.complete(model, tokens, height, height, width, rng.random(tokens.shape), 3)
        expect.same(got, tokens, f"all rows of {height} x {width} given")
        assert not model.asked, f"expected no question to the model, got {len(model.asked)}"


def test_the_model_is_asked_once_for_each_open_pixel(impl, rng):
    """one question for each open pixel, in raster order, about all pictures of the batch"""
    for height, width, rows in ((4, 3, 2), (2, 5, 1), (3, 2, 0)):
        tokens, model = rng.integers(0, 3, (2, height * width)), Model(rng, 3, height * width)
        impl.complete(model, tokens, rows, height, width, rng.random(tokens.shape), 3)
        assert all(np.ndim(place) == 0 for _, place in model.asked), "place: expected one whole number in each question"
        places, want = [int(place) for _, place in model.asked], list(range(rows * width, height * width))
        assert places == want, f"places asked for, {rows} rows of {height} x {width} given: expected {want}, got {places}"
        for canvas, _ in model.asked:
            expect.array(canvas, tokens.shape, "i", "the canvas that the model sees")


def test_open_pixels_are_masked(impl, rng):
    """when the model is asked for a pixel, that pixel and all after it are masked"""
    height, width, rows = 4, 3, 2
    tokens, model = rng.integers(0, 3, (2, 12)), Model(rng, 3, 12)
    expect.array(impl.complete(model, tokens, rows, height, width, rng.random(tokens.shape), 7), tokens.shape, "i")
    for canvas, place in model.asked:
        if place >= rows * width:
            expect.same(canvas[:, place:], np.full((2, 12 - place), 7), f"the canvas from place {place} on")


def test_no_rows_given_nothing_to_see(impl, rng):
    """no rows given: when the model is asked for the first pixel, all of the canvas is masked"""
    tokens, model = rng.integers(0, 3, (2, 6)), Model(rng, 3, 6)
    expect.array(impl.complete(model, tokens, 0, 2, 3, rng.random(tokens.shape), 7), tokens.shape, "i")
    assert model.asked, "expected questions to the model, got none"
    expect.same(model.asked[0][0], np.full((2, 6), 7), "the canvas in the first question")


def test_each_draw_sees_the_ones_before(impl, rng):
    """a model that reads all that is drawn so far: the same pictures as drawing them one after the other"""
    for height, width, rows in ((4, 3, 1), (2, 5, 1)):
        n = 12
        tokens, u = rng.integers(0, 3, (n, height * width)), rng.random((n, height * width))
        model = Model(rng, 3, height * width, looks=True)
        want = drawn(model, tokens, rows * width, u, rng)
        expect.same(impl.complete(model, tokens, rows, height, width, u, 3), want, f"{rows} rows of {height} x {width} given")


def test_the_given_pictures_are_not_changed(impl, rng):
    """the pictures and the dice that were passed in stay as they were"""
    tokens, model = rng.integers(0, 3, (2, 12)), Model(rng, 3, 12)
    expect.array(expect.unchanged(impl.complete, model, tokens, 2, 4, 3, rng.random((2, 12)), 3), (2, 12), "i")
