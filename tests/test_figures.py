
import numpy as np
import pytest
from PIL import Image

from minigen import figures
from minigen.errors import UserError


def pictures(n, height=4, width=4, seed=0):
    """Random pictures over eight colours that no letter is written in."""
    palette = np.random.default_rng(1).integers(0, 200, (8, 3), np.uint8)
    return palette[np.random.default_rng(seed).integers(0, 8, (n, height, width))]


def opened(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def gif(path):
    """All frames (S, h, w, 3) of a GIF, and how long each stands."""
    with Image.open(path) as image:
        frames, durations = [], []
        for i in range(image.n_frames):
            image.seek(i)
            frames.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
    return np.stack(frames), durations


def found(page, picture, scale):
    """Where the enlarged picture stands on the page, exactly: [(row, column), …]."""
    big = picture.repeat(scale, 0).repeat(scale, 1)
    corners = np.argwhere((page == big[0, 0]).all(-1))
    return [(int(y), int(x)) for y, x in corners
            if np.array_equal(page[y:y + big.shape[0], x:x + big.shape[1]], big)]


@pytest.mark.parametrize("draw", [
    lambda path: figures.contact_sheet(path, [("a", pictures(1))]),
    lambda path: figures.film(path, [("a", pictures(2))]),
    lambda path: figures.text_film(path, ["a", "ab"]),
    lambda path: figures.completions(path, [(pictures(1)[0], pictures(2), pictures(1)[0])]),
    lambda path: figures.curves(path, [{"label": "a", "x": [1, 2], "y": [1, 2]}], "x", "y", "title"),
])
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path, draw):
    (tmp_path / "file").write_text("not a folder")
    for path in (tmp_path / "file" / "out.png", tmp_path / "file" / "deeper" / "out.png", tmp_path):
        with pytest.raises(UserError, match="out: expected a file that can be written") as error:
            draw(path)
        assert "\n" not in str(error.value)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


# Pictures


def test_enlarged_pixels_keep_their_exact_colour(tmp_path):
    groups = [("real", pictures(25)), ("drawn one by one", pictures(7, 3, 5, seed=1))]
    figures.contact_sheet(tmp_path / "sheet.png", groups, scale=3, title="A title")
    page = opened(tmp_path / "sheet.png")
    for _, group in groups:
        for picture in group:
            assert found(page, picture, 3)
    assert tuple(page[0, 0]) == figures.PAGE


def test_columns_say_how_a_block_is_laid_out(tmp_path):
    group = pictures(6)
    for columns, expected in [(None, (3, 2)), (6, (6, 1)), (2, (2, 3)), (25, (6, 1))]:
        figures.contact_sheet(tmp_path / "sheet.png", [("x", group)], columns, scale=3)
        page = opened(tmp_path / "sheet.png")
        at = [found(page, picture, 3)[0] for picture in group]
        assert at == sorted(at)                         # in reading order
        assert (len({x for _, x in at}), len({y for y, _ in at})) == expected


def test_blocks_stand_side_by_side_and_wide_ones_below_each_other(tmp_path):
    groups = [(str(i), pictures(25, 20, 20, seed=i)) for i in range(4)]
    figures.contact_sheet(tmp_path / "blocks.png", groups)
    figures.contact_sheet(tmp_path / "rows.png", groups, columns=25)
    height, width, _ = opened(tmp_path / "blocks.png").shape
    assert width == 28 + 2 * (5 * 84 - 4 + 28) and 850 < height < 1000       # two by two
    assert opened(tmp_path / "rows.png").shape[1] == 28 + (25 * 84 - 4) + 28


def test_completions_show_given_completed_and_real(tmp_path):
    halves = [(pictures(1, seed=1)[0], pictures(5, seed=2), pictures(1, seed=3)[0]),
              (pictures(1, seed=4)[0], pictures(2, seed=5), pictures(1, seed=6)[0])]
    figures.completions(tmp_path / "halves.png", halves, scale=6, title="Half a sprite")
    page = opened(tmp_path / "halves.png")
    for given, completed, original in halves:
        places = [found(page, each, 6)[0] for each in (given, *completed, original)]
        assert len({y for y, _ in places}) == 1
        assert [x for _, x in places] == sorted(x for _, x in places)


# Films


def test_a_shorter_film_holds_its_last_frame(tmp_path):
    slow, fast = pictures(9, seed=1), pictures(2, seed=2)
    figures.film(tmp_path / "film.gif", [("one by one", slow), ("all at once", fast)], scale=5, first_pass=0)
    frames, durations = gif(tmp_path / "film.gif")
    assert len(frames) == 9 and durations == [60] * 8 + [1500]
    for i, frame in enumerate(frames):
        assert found(frame, slow[i], 5) and found(frame, fast[min(i, 1)], 5)
    assert not np.array_equal(frames[0], frames[-1])


def test_thinning_keeps_the_first_and_the_last(tmp_path):
    for length in (1, 2, 119, 120, 121, 400):
        kept = figures._thinned(length, 120)
        assert kept[0] == 0 and kept[-1] == length - 1 and len(kept) == min(length, 120)
        assert np.diff(kept).max(initial=1) <= -(-length // 119) and kept == sorted(set(kept))
    long = pictures(400)
    figures.film(tmp_path / "film.gif", [("long", long)], scale=4, steps=10)
    frames, _ = gif(tmp_path / "film.gif")
    assert len(frames) == 10 and found(frames[0], long[0], 4) and found(frames[-1], long[-1], 4)


def test_the_counter_counts_passes():
    assert figures._counter(36, 400, first_pass=1) == "pass 37 / 400"
    assert figures._counter(0, 401, first_pass=0) == "pass 0 / 400"
    assert figures._counter(0, 1, first_pass=1) == "pass 1 / 1"


def test_a_film_of_one_frame_and_one_of_many_colours(tmp_path):
    figures.film(tmp_path / "one.gif", [("one", pictures(1))])
    assert len(gif(tmp_path / "one.gif")[0]) == 1
    rich = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3)).astype(np.uint8)      # far beyond 256 colours
    figures.film(tmp_path / "rich.gif", [("rich", rich)])
    frames, _ = gif(tmp_path / "rich.gif")
    assert len(frames) == 3 and not np.array_equal(frames[0], frames[-1])


def test_a_text_appears(tmp_path):
    text = "To be, or\nnot to be"
    frames = [text[:i] + "·" * (len(text) - i) for i in range(len(text) + 1)]
    assert figures.text_film(tmp_path / "text.gif", frames, label="char_lm") == ""
    pages, _ = gif(tmp_path / "text.gif")
    assert not np.array_equal(pages[0], pages[-1])
    inked = (pages == figures.INK).all(-1).sum((1, 2))
    assert inked[-1] > inked[len(inked) // 2] > inked[0] == 0


def test_a_text_is_wrapped_and_chinese_takes_two_columns():
    assert figures._laid_out("abcde", 4, "·") == [
        (0, 0, "a", 1), (0, 1, "b", 1), (0, 2, "c", 1), (0, 3, "d", 1), (1, 0, "e", 1)]
    assert figures._laid_out("a師\n·演", 2, "·") == [(0, 0, "a", 1), (1, 0, "師", 2), (2, 0, "·", 1), (3, 0, "演", 2)]


def test_what_no_font_can_draw_is_said_and_shown_as_a_box(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "chinese_font", lambda: None)
    assert figures.text_film(tmp_path / "poem.gif", ["演·", "演師"]) == "師演"
    assert figures.text_film(tmp_path / "bell.gif", ["演·", "演\a"]) == "\a演"
    assert figures.text_film(tmp_path / "box.gif", ["□·", "□□"]) == ""
    ink = [(gif(tmp_path / name)[0][-1] == figures.INK).all(-1).sum() for name in ("poem.gif", "box.gif")]
    assert ink[0] == ink[1] > 0


def test_a_second_font_draws_what_the_first_one_lacks(tmp_path, monkeypatch):
    mono, sans = figures._font(20, mono=True).path, figures._font(20).path
    character = next(chr(code) for code in sorted(figures._drawable(sans) - figures._drawable(mono))
                     if chr(code).isalpha())
    monkeypatch.setattr(figures, "chinese_font", lambda: sans)
    assert figures.text_film(tmp_path / "two.gif", ["a·", "a" + character]) == ""
    monkeypatch.setattr(figures, "chinese_font", lambda: None)
    assert figures.text_film(tmp_path / "one.gif", ["a·", "a" + character]) == character
    assert not np.array_equal(gif(tmp_path / "two.gif")[0][-1], gif(tmp_path / "one.gif")[0][-1])


def test_a_chinese_font_draws_chinese_or_is_none():
    font = figures.chinese_font()
    assert font is None or {ord("演"), ord("師")} <= figures._drawable(font)


# Curves


def test_curves_open_again_at_a_readable_size(tmp_path):
    lines = [{"label": "one by one", "x": [400, 16, 64], "y": [0.4, 0.016, 0.064]},
             {"label": "all at once", "x": [16, 400], "y": [0.001, 0.001], "linestyle": "--", "color": "#102030"},
             {"label": "never measured", "x": [16, 400], "y": [0, np.nan]}]
    figures.curves(tmp_path / "curves.png", lines, "length", "seconds", "Seconds against length")
    page = opened(tmp_path / "curves.png")
    assert page.shape == (624, 1080, 3)
    assert (page == (0, 114, 178)).all(-1).any() and (page == (16, 32, 48)).all(-1).any()
    figures.curves(tmp_path / "plain.png", [{"label": "a", "x": [0, 1], "y": [-1, 2]}], "x", "y", "", False, False)


def test_points_are_sorted_and_what_a_logarithm_cannot_show_is_left_out():
    x, y = figures._points([3, 0, 1, 2], [1, 1, 5, -1])
    assert (x.tolist(), y.tolist()) == ([1, 3], [5, 1])
    x, y = figures._points([3, 0, 1, 2], [1, 1, 5, -1], False, False)
    assert (x.tolist(), y.tolist()) == ([0, 1, 2, 3], [1, 5, -1, 1])


def test_length_pictures_has_two_panels_in_the_same_colours(tmp_path):
    rows = [{"strategy": strategy, "model": model, "length": length, "batch": batch,
             "passes": length if strategy == "one by one" else 1,
             "seconds": length * (1e-3 if model == "pixel_lm" else 1e-5) / batch}
            for strategy, model in [("one by one", "pixel_lm"), ("all at once", "decoder"), ("all at once", "latent")]
            for length in (16, 64, 256) for batch in (1, 64)]
    figures.length_pictures(tmp_path / "length.png", rows)
    page = opened(tmp_path / "length.png")
    assert page.shape == (648, 1440, 3)
    for colour in [(0, 114, 178), (213, 94, 0)]:
        there = (page == colour).all(-1)
        assert there[:, :720].any() and there[:, 720:].any()


def test_bars_have_a_colour_for_each_name_and_a_line_for_the_limit(tmp_path):
    """The same colour in every group; longer bars for larger figures, over many powers of ten."""
    groups = {"one\n(tokens)": {"minigen": 20000.0, "plain": 250.0, "limit": 30000.0}, "two": {"minigen": 300.0, "torch": 0.4}}
    figures.bars(tmp_path / "bars.png", groups, "per second", "How fast")
    page = opened(tmp_path / "bars.png")
    assert page.shape[1] == 1320
    wide = [(page == colour).all(-1).sum(1) for colour in [(0, 114, 178), (213, 94, 0), (0, 158, 115)]]
    assert all(each.any() for each in wide) and wide[0].max() > wide[1].max() > wide[2].max()
    figures.bars(tmp_path / "one.png", {"one": {"minigen": 3.0}}, "per second", "")
    with pytest.raises(UserError, match="nothing to draw"):
        figures.bars(tmp_path / "none.png", {}, "per second", "")


def test_shares_stand_beside_their_exact_values(tmp_path):
    """A share of a half lies to the right of one of nothing, each on a line of its own; with or without a Chinese font."""
    rows = [("one by one", "各個擊破", 0.0, (0.0, 0.1), 0.0), ("all at once", "一次到位", 0.5, (0.4, 0.6), 0.5)]
    figures.shares(tmp_path / "shares.png", rows, "share", "title")
    page = opened(tmp_path / "shares.png")
    exact = (page == (213, 94, 0)).all(-1)         # two upright lines
    half = page.shape[0] // 2
    first, second = np.flatnonzero(exact[:half - 60].any(0)).mean(), np.flatnonzero(exact[half - 40:half + 80].any(0)).mean()
    assert second > first + page.shape[1] / 4
    with pytest.raises(UserError, match="nothing to draw"):
        figures.shares(tmp_path / "none.png", [], "share", "title")


def test_growth_has_two_panels_in_the_same_colours(tmp_path):
    """Compiled is blue on both sides, plain is the same on both; one panel may be empty, a line may have no exponent."""
    lines = [{"against": against, "who": who, "points": [[64, seconds], [128, 3 * seconds]], "exponent": slope}
             for against, who, seconds, slope in [("length", "compiled, window of 64", 1e-3, 1.0), ("length", "plain", 0.1, None),
                                                  ("width", "compiled", 1e-4, 1.9), ("width", "plain", 0.1, 1.5)]]
    figures.growth(tmp_path / "growth.png", lines)
    page = opened(tmp_path / "growth.png")
    assert page.shape[1] == 1440
    for colour in [(0, 114, 178), (213, 94, 0)]:
        there = (page == colour).all(-1)
        assert there[:, :720].any() and there[:, 720:].any()
    figures.growth(tmp_path / "half.png", lines[:2])


# Doors


def test_what_is_no_picture_is_refused_with_a_reason(tmp_path):
    path = tmp_path / "x.png"
    with pytest.raises(UserError, match="nothing to draw"):
        figures.contact_sheet(path, [])
    with pytest.raises(UserError, match="to_rgb"):
        figures.contact_sheet(path, [("tokens", np.zeros((25, 400), np.int64))])
    with pytest.raises(UserError, match="forget an axis"):
        figures.film(path, [("one picture", pictures(1)[0])])
    with pytest.raises(UserError, match="given"):
        figures.completions(path, [(pictures(1), pictures(2), pictures(1)[0])])
    with pytest.raises(UserError, match="steps"):
        figures.film(path, [("a", pictures(2))], steps=1)
    assert not path.exists()


def test_importing_the_room_does_not_load_what_it_draws_with():
    import subprocess
    import sys

    code = "import sys, minigen.figures; sys.exit(any(each in sys.modules for each in ('matplotlib', 'PIL')))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_no_two_lines_of_a_frontier_look_the_same(tmp_path):
    """As many strategies as the comparison has, and more; what is None is left out."""
    looks = figures._looks(range(49))
    assert len({tuple(sorted(look.items())) for look in looks.values()}) == 49
    points = [{"strategy": f"strategy {i}", "model": "masked", "passes": passes, "bits": None if i == 3 else 2.0 + i, "bits_kind": "exact",
               "distance": 1.0, "impossible": None} for i in range(9) for passes in (1, 4)]
    figures.frontier(tmp_path / "frontier.png", points, "pixel", "a distance", "A title")
    with Image.open(tmp_path / "frontier.png") as picture:
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 9
