"""What is looked at: contact sheets, films, completions and curves.

The only room that draws. matplotlib and PIL are imported where they are used, so that
``minigen --help`` never waits for them. Pictures come in as RGB bytes (..., H, W, 3), which
``PictureCodec.to_rgb`` makes, and are enlarged by whole factors: a pixel keeps its exact colour.
"""

import os
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np

from minigen.errors import expect_range, expect_shape, say
from minigen.files import save_atomically

PAGE, INK, PALE, ACCENT = (240, 240, 237), (40, 40, 44), (112, 112, 116), (0, 114, 178)
BLOCKS_WIDE = 1400         # pixels: blocks of a contact sheet stand side by side up to here
MASK = "·"                 # how a place of a text that is still masked is shown
LACKING = "□"              # stands for a character that no font here can draw

# Okabe and Ito's colours, told apart by nearly all eyes (their yellow is lost on white).
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
STYLES = ["-", "--", ":", "-."]


# Pictures ---------------------------------------------------------------------------------


def contact_sheet(path, groups, columns=None, scale=None, title=None):
    """Save a PNG with one labelled block of pictures per group.

    Parameters
    ----------
    groups : list of (label, pictures (N, H, W, 3) uint8)
        For example ``("real, held out", …)``, ``("pixel_lm, one by one", …)``.
    columns : int, optional
        Pictures in one row of a block. Blocks stand side by side as far as the page goes, so
        25 gives one group per row; by default blocks are about square (25 are 5 by 5).
    scale : int, optional
        Pixels of the page for each pixel; by default a picture is about 80 wide.
    """
    from PIL import Image

    _expect_some("groups", groups)
    for label, pictures in groups:
        _expect_pictures(f"pictures of {label!r}", pictures)
    columns = columns or int(np.ceil(np.sqrt(max(len(pictures) for _, pictures in groups))))
    expect_range("columns", columns, 1)

    blocks = [_grid(pictures, columns, scale) for _, pictures in groups]
    margin, width = 28, max(block.width for block in blocks)
    lines = [_wrapped(label, _font(18), width) for label, _ in groups]
    head = _font(26)
    title_lines = _wrapped(title, head, 10**6) if title else []
    n_wide = min(len(groups), max(1, (BLOCKS_WIDE - margin) // (width + margin)))
    n_wide = -(-len(groups) // -(-len(groups) // n_wide))          # 4 blocks: two and two, not three and one
    page_width = max(margin + n_wide * (width + margin),
                     2 * margin + max((int(head.getlength(line)) for line in title_lines), default=0))

    rows, y = [], margin + 40 * len(title_lines)
    for first in range(0, len(groups), n_wide):
        text = 25 * max(len(each) for each in lines[first:first + n_wide])
        rows.append((first, y, text))
        y += text + max(block.height for block in blocks[first:first + n_wide]) + margin

    page = Image.new("RGB", (page_width, y), PAGE)
    _write_lines(page, (margin, margin - 6), title_lines, head, INK, 40)
    for first, y, text in rows:
        for i in range(first, min(first + n_wide, len(groups))):
            x = margin + (i - first) * (width + margin)
            above = text - 25 * len(lines[i])                       # a short label stands near its block
            _write_lines(page, (x, y - 4 + above), lines[i], _font(18), INK, 25)
            page.paste(blocks[i], (x, y + text))
    save_atomically(path, lambda name: page.save(name, format="PNG"))


def completions(path, halves, scale=None, title=None):
    """Save a PNG of halves that were completed several ways, one half per row.

    Parameters
    ----------
    halves : list of (given (H, W, 3), completed (n, H, W, 3), original (H, W, 3)), all uint8
        The masked places of ``given`` are visible, in whatever colour the codec shows them.
    """
    from PIL import Image

    _expect_some("halves", halves)
    for given, completed, original in halves:
        _expect_pictures("completed", completed)
        expect_shape("given", np.asarray(given), completed[0].shape)
        expect_shape("original", np.asarray(original), completed[0].shape)
    rows = [[_grid(part, len(part), scale) for part in (np.asarray(given)[None], completed, np.asarray(original)[None])]
            for given, completed, original in halves]
    n_ways = max(len(completed) for _, completed, _ in halves)
    heads = ["given", f"completed {n_ways} ways" if n_ways > 1 else "completed", "the real one"]

    font, margin, gap = _font(18), 28, 26
    widths = [max([int(font.getlength(head)) + 2] + [row[i].width for row in rows]) for i, head in enumerate(heads)]
    lefts = [margin + sum(widths[:i]) + i * gap for i in range(3)]
    heights = [max(part.height for part in row) for row in rows]
    top = margin + 28 + (44 if title else 0)
    page = Image.new("RGB", (max(lefts[2] + widths[2] + margin,
                                 2 * margin + int(_font(26).getlength(title or ""))),
                             top + sum(heights) + 10 * (len(rows) - 1) + margin), PAGE)
    _write_lines(page, (margin, margin - 6), [title] if title else [], _font(26), INK, 40)
    for head, left in zip(heads, lefts):
        _write(page, (left, top - 30), head, font, INK)
    for row, height in zip(rows, heights):
        for part, left in zip(row, lefts):
            page.paste(part, (left, top))
        top += height + 10
    save_atomically(path, lambda name: page.save(name, format="PNG"))


def _grid(pictures, columns, scale):
    """One image of pictures (N, H, W, 3) in rows, with thin gaps."""
    from PIL import Image

    scale = scale or _scale_for(pictures, 80)
    expect_range("scale", scale, 1)
    n, height, width = pictures.shape[:3]
    gap = 4
    columns = min(columns, n)
    page = Image.new("RGB", (columns * (width * scale + gap) - gap,
                             -(-n // columns) * (height * scale + gap) - gap), PAGE)
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        page.paste(_enlarged(picture, scale), (column * (width * scale + gap), row * (height * scale + gap)))
    return page


def _scale_for(pictures, size):
    return max(1, size // max(pictures.shape[-3:-1]))


def _enlarged(picture, scale):
    from PIL import Image

    return Image.fromarray(np.ascontiguousarray(picture.repeat(scale, 0).repeat(scale, 1)))


# Films ------------------------------------------------------------------------------------


def film(path, films, scale=None, milliseconds=60, hold=1500, steps=120, first_pass=1, title=None):
    """Save a GIF of pictures coming into being, side by side on the same clock of passes.

    Parameters
    ----------
    films : list of (label, frames (S, H, W, 3) uint8)
        A shorter film holds its last frame: what is done in one pass waits, finished, beside
        what takes 400.
    milliseconds, hold : int
        How long a frame stands, and how long the last one does.
    steps : int
        Longer films are thinned evenly to so many frames; the first and the last stay.
    first_pass : int
        The number under frame 0; 0 says that frame 0 is the canvas before the first pass.
    """
    from PIL import Image

    _expect_some("films", films)
    for label, frames in films:
        _expect_pictures(f"frames of {label!r}", frames)
    font, small, margin = _font(16), _font(14), 18
    scales = [scale or _scale_for(frames, 160) for _, frames in films]
    expect_range("scale", min(scales), 1)
    sizes = [(frames.shape[2] * s, frames.shape[1] * s) for (_, frames), s in zip(films, scales)]
    longest = max(small.getlength(_counter(len(frames) - 1, len(frames), first_pass)) for _, frames in films)
    widths = [max(width, int(longest) + 4, 120) for width, _ in sizes]
    lines = [_wrapped(label, font, width) for (label, _), width in zip(films, widths)]
    title_height = 34 if title else 0
    text = title_height + 22 * max(len(each) for each in lines)
    tallest = max(height for _, height in sizes)

    lefts = [margin + sum(widths[:i]) + i * margin for i in range(len(films))]
    page_size = (max(lefts[-1] + widths[-1] + margin,
                     2 * margin + int(_font(20).getlength(title or ""))), 2 * margin + text + 6 + tallest + 26)
    empty = Image.new("RGB", page_size, PAGE)
    if title:
        _write(empty, (margin, margin - 6), title, _font(20), INK)
    for left, width, each in zip(lefts, widths, lines):
        for i, line in enumerate(each):
            y = margin - 4 + text - 22 * (len(each) - i)
            _write(empty, (left + (width - int(font.getlength(line))) // 2, y), line, font, INK)

    shown = _thinned(max(len(frames) for _, frames in films), steps)
    pages = []
    for tick in shown:
        page = empty.copy()
        for i, (_, frames) in enumerate(films):
            now = min(tick, len(frames) - 1)
            x, y = lefts[i] + (widths[i] - sizes[i][0]) // 2, margin + text + 6
            page.paste(_enlarged(frames[now], scales[i]), (x, y))
            counter = _counter(now, len(frames), first_pass)
            x = lefts[i] + (widths[i] - int(small.getlength(counter))) // 2
            _write(page, (x, y + tallest + 8), counter, small, ACCENT if now == len(frames) - 1 else PALE)
        pages.append(page)
    _save_gif(path, pages, milliseconds, hold)


def text_film(path, frames, label=None, width=60, milliseconds=60, hold=2500, steps=120, mask=MASK):
    """Save a GIF of a text appearing; return the characters that no font here could draw.

    Parameters
    ----------
    frames : list of str
        The text after each pass; a place still undecided holds the character ``mask``, which is
        drawn as a pale dot. What is new since the frame before is drawn in colour.
    width : int
        Columns of the page, before a line is wrapped; a Chinese character takes two.

    Returns
    -------
    str
        Empty when every character was drawn; each of the others stands as "□" in the film.
    """
    from PIL import Image

    _expect_some("frames", frames)
    expect_range("width", width, 2)
    fonts, lacking = _fonts_for(set("".join(frames)) - {mask}, 20)
    cell, line_height, margin = fonts[MASK].getlength("0"), 28, 22
    top = margin + (34 if label else 0)
    shown = _thinned(len(frames), steps)
    laid = [_laid_out(frames[s], width, mask) for s in shown]
    n_columns = max([12] + [column + wide for each in laid for _, column, _, wide in each])
    n_rows = max([0] + [row for each in laid for row, *_ in each]) + 1
    size = (int(2 * margin + max(n_columns * cell, _font(18).getlength(label or ""))),
            top + n_rows * line_height + margin)
    empty = Image.new("RGB", size, PAGE)
    if label:
        _write(empty, (margin, margin - 8), label, _font(18), PALE)

    pages, before = [], None
    for i, each in enumerate(laid):
        page = empty.copy()
        for row, column, character, wide in each:
            masked = character == mask
            settled = before is None or i == len(laid) - 1 or (row, column, character, wide) in before
            colour = PALE if masked else INK if settled else ACCENT
            drawn = MASK if masked else LACKING if character in lacking else character
            font = fonts.get(drawn, fonts[MASK])
            x = margin + cell * column + (wide * cell - font.getlength(drawn)) / 2
            _write(page, (int(x), top + row * line_height), drawn, font, colour)
        before = set(each)
        pages.append(page)
    _save_gif(path, pages, milliseconds, hold)
    return "".join(sorted(lacking))


def _counter(now, n_frames, first_pass):
    return f"pass {now + first_pass} / {n_frames - 1 + first_pass}"


def _thinned(length, steps):
    """At most ``steps`` indices of ``length`` frames, even, with the first and the last."""
    expect_range("steps", steps, 2)
    return np.unique(np.linspace(0, length - 1, min(length, steps)).round().astype(int)).tolist()


def _laid_out(text, width, mask):
    """Places (row, column, character, columns wide) of a text wrapped at ``width`` columns."""
    places, row, column = [], 0, 0
    for character in text:
        if character == "\n":
            row, column = row + 1, 0
            continue
        wide = 2 if character != mask and unicodedata.east_asian_width(character) in "WF" else 1
        if column + wide > width:
            row, column = row + 1, 0
        if not character.isspace():
            places.append((row, column, character, wide))
        column += wide
    return places


def _save_gif(path, pages, milliseconds, hold):
    """Save RGB pages under one palette: exact up to 256 colours, the nearest of 256 beyond."""
    from PIL import Image

    codes = [np.asarray(page).astype(np.int32) @ [65536, 256, 1] for page in pages]      # (h, w)
    colours = np.unique(np.concatenate([np.unique(code) for code in codes]))
    if len(colours) <= 256:
        palette = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)
        images = [Image.fromarray(np.searchsorted(colours, code).astype(np.uint8)) for code in codes]
        for image in images:
            image.putpalette(palette.tobytes())
    else:
        both = np.concatenate([np.asarray(pages[0]), np.asarray(pages[-1])])
        common = Image.fromarray(both).quantize(256)
        images = [page.quantize(palette=common, dither=Image.Dither.NONE) for page in pages]
    durations = [milliseconds] * (len(images) - 1) + [hold]
    save_atomically(path, lambda name: images[0].save(
        name, format="GIF", save_all=True, append_images=images[1:], duration=durations, loop=0))


# Letters ----------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def _font(size, mono=False):
    from matplotlib import get_data_path
    from PIL import ImageFont

    name = "DejaVuSansMono.ttf" if mono else "DejaVuSans.ttf"
    return ImageFont.truetype(os.path.join(get_data_path(), "fonts", "ttf", name), size)


@lru_cache(maxsize=1)
def chinese_font():
    """The file of a font on this machine that can draw 演師, or None."""
    from matplotlib import font_manager

    wanted = ("Noto Sans CJK", "Noto Sans TC", "Noto Sans SC", "Noto Sans HK", "Noto Sans JP", "Source Han Sans",
              "PingFang", "Heiti", "Hiragino Sans", "Songti", "STHeiti", "Arial Unicode MS", "Microsoft JhengHei",
              "Microsoft YaHei", "PMingLiU", "MingLiU", "SimSun", "SimHei", "WenQuanYi", "Noto Serif CJK",
              "AR PL", "Droid Sans Fallback", "Unifont")
    found = _regular_first([(entry.name, entry.fname) for entry in font_manager.fontManager.ttflist])
    for family in wanted:
        for name, font_file in found:
            if name.startswith(family) and {ord("演"), ord("師")} <= _drawable(font_file):
                return font_file
    # matplotlib's list is as old as its cache: a font that was installed since is found by its file name.
    for name, font_file in _regular_first([(os.path.basename(path), path) for path in font_manager.findSystemFonts()]):
        squeezed = name.replace("-", "").replace("_", "").lower()
        if any(family.replace(" ", "").lower() in squeezed for family in wanted) and {ord("演"), ord("師")} <= _drawable(font_file):
            return font_file
    return None


def _regular_first(named):
    """(name, file) pairs with the regular weights first: a bold face is hard to read when small."""
    return sorted(named, key=lambda pair: ("regular" not in pair[1].lower(), pair[1]))


@lru_cache(maxsize=32)
def _drawable(font_file):
    """The code points that a font file has a picture for."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(font_file).get_charmap())
    except (OSError, RuntimeError):           # listed once, gone or broken now
        return frozenset()


def _fonts_for(characters, size):
    """A font for each character, and the set of those that must be shown as "□"."""
    from PIL import ImageFont

    mono = _font(size, mono=True)
    fonts, lacking = {MASK: mono, LACKING: mono}, set()
    drawable = _drawable(mono.path)
    hard = {c for c in characters if not c.isspace() and (ord(c) not in drawable or not c.isprintable())}
    chinese = chinese_font() if any(c.isprintable() for c in hard) else None
    for character in characters:
        if character not in hard:
            fonts[character] = mono
        elif chinese and character.isprintable() and ord(character) in _drawable(chinese):
            fonts[character] = ImageFont.truetype(chinese, size)
        else:
            lacking.add(character)
    return fonts, lacking


def _wrapped(text, font, width):
    """The words of a text in lines that are no wider than ``width``, where words allow it."""
    lines = []
    for word in str(text).split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _write_lines(page, at, lines, font, colour, line_height):
    for i, line in enumerate(lines):
        _write(page, (at[0], at[1] + i * line_height), line, font, colour)


def _write(page, at, text, font, colour):
    """Write in seven shades at most, so that a GIF keeps its colours for the pictures."""
    from PIL import Image, ImageDraw

    box = (int(font.getlength(text)) + 3, int(font.size * 1.4))
    shade = Image.new("L", box, 0)
    # Set on the baseline: two fonts in one line of text stand level.
    ImageDraw.Draw(shade).text((0, round(0.93 * font.size)), text, font=font, fill=255, anchor="ls")
    page.paste(colour, at, shade.point([round(level / 255 * 6) * 255 // 6 for level in range(256)]))


# Curves -----------------------------------------------------------------------------------


def curves(path, lines, x_label, y_label, title, log_x=True, log_y=True):
    """Save a PNG of lines, each labelled at its right end.

    Parameters
    ----------
    lines : list of dict(label, x, y)
        Further keys are matplotlib's (``linestyle``, ``color``, …) and win over the defaults.
        A logarithmic axis leaves out what is not above zero.
    """
    _expect_some("lines", lines)
    figure, (axes,) = _blank_figure(1, (9, 5.2))
    for i, line in enumerate(lines):
        style = {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)],
                 "linestyle": STYLES[i // len(COLOURS) % len(STYLES)], "linewidth": 2.2, "markersize": 6}
        style.update({key: value for key, value in line.items() if key not in ("label", "x", "y")})
        axes.plot(*_points(line["x"], line["y"], log_x, log_y), label=line["label"], **style)
    _dress(axes, x_label, y_label, title, [x for line in lines for x in line["x"]], log_x, log_y)
    _label_ends(figure, axes)
    _save_figure(path, figure)


def length_pictures(path, rows, title=None):
    """Save one PNG with two panels: passes against length, and seconds against length.

    Parameters
    ----------
    rows : list of dict(strategy, model, length, passes, seconds, batch)
        ``seconds`` for one sample. A strategy has one colour in both panels; a model has its
        marker; the right panel draws the smallest batch with a full line, the others broken.
    """
    from matplotlib.lines import Line2D
    from matplotlib.ticker import EngFormatter

    _expect_some("rows", rows)
    strategies, models, batches = (list(dict.fromkeys(row[key] for row in rows))
                                   for key in ("strategy", "model", "batch"))
    batches.sort()
    colour = {each: COLOURS[i % len(COLOURS)] for i, each in enumerate(strategies)}
    marker = {each: MARKERS[i % len(MARKERS)] for i, each in enumerate(models)}
    style = {each: STYLES[i % len(STYLES)] for i, each in enumerate(batches)}
    figure, (left, right) = _blank_figure(2, (12, 5.4))

    passes = {}
    for row in rows:
        passes.setdefault((row["strategy"], row["model"]), set()).add((row["length"], row["passes"]))
    hidden = Counter(map(frozenset, passes.values()))
    for (strategy, model), points in passes.items():
        look = {"color": colour[strategy], "marker": marker[model]}
        # Of lines that lie on one another the lower ones are wider, so that each is seen.
        hidden[frozenset(points)] -= 1
        below = hidden[frozenset(points)]
        left.plot(*_points(*zip(*points)), linewidth=2.2 + 4 * below, markersize=6 + 6 * below, **look)
        for batch in batches:
            part = [(row["length"], row["seconds"]) for row in rows
                    if (row["strategy"], row["model"], row["batch"]) == (strategy, model, batch)]
            if part:
                right.plot(*_points(*zip(*part)), linestyle=style[batch], linewidth=2.2, markersize=6, **look)

    lengths = [row["length"] for row in rows]
    _dress(left, "length (pieces)", "", "passes, one after the other", lengths, True, True)
    _dress(right, "length (pieces)", "", "seconds per sample", lengths, True, True)
    right.yaxis.set_major_formatter(EngFormatter(unit="s"))

    keys = [Line2D([], [], color=colour[each], linewidth=4, label=each) for each in strategies]
    if len(models) > 1:
        keys += [Line2D([], [], color="#555555", marker=marker[each], linestyle="", label=each) for each in models]
    if len(batches) > 1:
        keys += [Line2D([], [], color="#555555", linestyle=style[each], linewidth=2, label=f"batch of {each}")
                 for each in batches]
    figure.legend(handles=keys, loc="outside lower center", ncols=min(len(keys), 4), frameon=False, fontsize=12)
    if title:
        figure.suptitle(title, fontsize=16)
    _save_figure(path, figure)


def bars(path, groups, x_label, title):
    """Save a PNG of horizontal bars on a logarithmic axis, one group for each key; the longer, the faster.

    Parameters
    ----------
    groups : dict of label -> dict of name -> figure
        A name has the same colour in every group; "limit", which nobody can pass, is a line across its group.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    _expect_some("groups", groups)
    names = list(dict.fromkeys(name for group in groups.values() for name in group if name != "limit"))
    colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    figure, (axes,) = _blank_figure(1, (11, 1.6 + 0.24 * sum(len(group) + 1 for group in groups.values())))
    figures_of = [value for group in groups.values() for value in group.values() if value > 0]
    lowest = 10.0 ** np.floor(np.log10(min(figures_of)) - 0.3)
    y, middles = 0.0, []
    for group in groups.values():
        top = y
        for name in (name for name in names if name in group):
            axes.barh(y, group[name] - lowest, left=lowest, height=0.86, color=colour[name])
            inside = group[name] > 8 * lowest     # long enough for its figure, which then meets no limit's line
            axes.annotate(_short(group[name]), (group[name], y), xytext=(-5 if inside else 5, 0), textcoords="offset points",
                          va="center", ha="right" if inside else "left", fontsize=11, color="white" if inside else "#333333")
            y += 1
        if "limit" in group:
            axes.plot([group["limit"]] * 2, [top - 0.5, y - 0.5], color="#333333", linewidth=2, linestyle=(0, (2, 1)))
        middles.append((top + y - 1) / 2)
        y += 0.9
    axes.set_xscale("log")
    axes.set_xlim(lowest, max(figures_of) * 4)
    axes.set_ylim(y - 0.9, -0.9)
    _dress(axes, x_label, "", title, (), False, False)
    axes.set_yticks(middles, list(groups), fontsize=12)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    keys = [Patch(color=colour[name], label=name) for name in names]
    if any("limit" in group for group in groups.values()):
        keys.append(Line2D([], [], color="#333333", linewidth=2, linestyle=(0, (2, 1)), label="limit of this machine"))
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys), frameon=False, fontsize=12)
    _save_figure(path, figure)


def growth(path, lines):
    """Save a PNG of two panels: seconds against length and against width, each line with its exponent.

    Parameters
    ----------
    lines : list of dict
        ``against`` ("length" or "width"), ``who``, ``points`` [[x, seconds], ...], ``exponent``.
    """
    from matplotlib.ticker import EngFormatter

    _expect_some("lines", lines)
    figure, panels = _blank_figure(2, (12, 6.4))
    looks = {}                                    # who -> colour and marker, the same in both panels
    for axes, against, label in zip(panels, ("length", "width"), ("length T (tokens)", "width D of the network")):
        part = [line for line in lines if line["against"] == against]
        for line in part:
            slope = "" if line["exponent"] is None else f":  seconds $\\propto {label.split()[1]}^{{{line['exponent']:.2f}}}$"
            i = looks.setdefault(line["who"].partition(", window")[0], len(looks))
            axes.plot(*_points(*zip(*line["points"])), color=COLOURS[i], marker=MARKERS[i], linewidth=2.2, markersize=6,
                      label=line["who"] + slope)
        _dress(axes, label, "", f"seconds per sample, against {against}", [x for line in part for x, _ in line["points"]], True, True)
        axes.yaxis.set_major_formatter(EngFormatter(unit="s"))
        if part:
            axes.legend(frameon=False, fontsize=12, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    _save_figure(path, figure)


def shares(path, rows, x_label, title):
    """Save a PNG of measured shares with their intervals, each beside its exact value.

    Parameters
    ----------
    rows : list of (label, Chinese label, share, (low, high), exact)
        The Chinese label stands below the other where this machine has a font for it.
    """
    from matplotlib.font_manager import FontProperties

    _expect_some("rows", rows)
    font = chinese_font()
    figure, (axes,) = _blank_figure(1, (10, 1.8 + 1.1 * len(rows)))
    for y, (_, _, share, (low, high), exact) in enumerate(rows):
        axes.plot([low, high], [y, y], color=COLOURS[0], linewidth=9, alpha=0.35, solid_capstyle="butt",
                  label="95% interval" if y == 0 else None)
        axes.plot(share, y, "o", color=COLOURS[0], markersize=11, label="the class" if y == 0 else None)
        axes.plot([exact, exact], [y - 0.33, y + 0.33], color=COLOURS[1], linewidth=3, label="exact" if y == 0 else None)
        axes.annotate(f"{share:.0%}", (max(high, exact), y), xytext=(9, 0), textcoords="offset points", va="center", fontsize=13)
    axes.set_xlim(-0.03, 1.0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    _dress(axes, x_label, "", title, (), False, False)
    axes.set_yticks(range(len(rows)), [f"{label}\n{chinese}" if font else label for label, chinese, *_ in rows], fontsize=13,
                    **({"fontproperties": FontProperties(fname=font, size=13)} if font else {}))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(False, axis="y")
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=12)
    _save_figure(path, figure)


def _short(value):
    """A figure with three digits: 12,300, 12.3, 0.0123."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def frontier(path, points, piece, measures, title):
    """Save one PNG with three panels: bits, distance and the share never seen, each against the number of passes.

    Parameters
    ----------
    points : list of dict(strategy, model, passes, bits, bits_kind, distance, impossible)
        Points of one strategy on one model make a line; a figure that is None is left out. A bound's marker is hollow.
    measures : str
        What the distance is.
    """
    from matplotlib.lines import Line2D

    _expect_some("points", points)
    lines = {}
    for point in points:
        if point["passes"]:
            lines.setdefault((point["strategy"], point["model"]), []).append(point)
    figure, panels = _blank_figure(3, (16, 6))
    looks = _looks(lines)
    for axes, key, heading in zip(panels, ("bits", "distance", "impossible"),
                                  (f"bits per {piece}, held out", "distance to the data", "pieces never seen in training")):
        for name, line in lines.items():
            shown = sorted((one for one in line if one[key] is not None), key=lambda one: one["passes"])
            hollow = key == "bits" and any(one["bits_kind"] == "bound" for one in shown)
            axes.plot([one["passes"] for one in shown], [one[key] for one in shown], linewidth=2.0, markersize=8,
                      markerfacecolor="white" if hollow else looks[name]["color"], **looks[name])
        real = next((one[key] for one in points if one["passes"] is None), None)
        if real is not None:
            axes.axhline(real, color="#888888", linestyle=":", linewidth=1.5)
        passes = [one["passes"] for one in points if one["passes"] and one[key] is not None]
        _dress(axes, "passes", "", heading, passes or [1], True, False)
    keys = [Line2D([], [], label=f"{strategy}, {model}", **looks[strategy, model]) for strategy, model in lines]
    if any(point["passes"] is None for point in points):
        keys.append(Line2D([], [], color="#888888", linestyle=":", label="real, held out"))
    figure.legend(handles=keys, loc="outside lower center", ncols=4, frameon=False, fontsize=12)
    figure.suptitle(f"{title}\ndistance: {measures}; a hollow marker is a bound", fontsize=14)
    _save_figure(path, figure)


def _looks(names):
    """A colour and a marker for each line, no pair twice among 49."""
    return {name: {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[(i + i // len(COLOURS)) % len(MARKERS)]} for i, name in enumerate(names)}


def _blank_figure(n_panels, inches):
    """A figure of its own, without pyplot: no window, no state that another figure sees."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches, dpi=120, layout="constrained")
    return figure, figure.subplots(1, n_panels, squeeze=False)[0]


def _save_figure(path, figure):
    save_atomically(path, lambda name: figure.savefig(name, format="png"))


def _points(x, y, log_x=True, log_y=True):
    """Points from left to right, without those that the axes cannot show."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    shown = np.isfinite(x) & np.isfinite(y) & ((x > 0) | (not log_x)) & ((y > 0) | (not log_y))
    order = np.argsort(x[shown], kind="stable")
    return x[shown][order], y[shown][order]


def _dress(axes, x_label, y_label, title, x, log_x, log_y):
    """Scales, plain numbers on the ticks, a quiet grid; the x ticks are the x that were measured."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

    plain = FuncFormatter(lambda value, _: f"{value:,.6g}")
    for axis, log, scale in ((axes.xaxis, log_x, axes.set_xscale), (axes.yaxis, log_y, axes.set_yscale)):
        if log:
            scale("log")
            axis.set_minor_formatter(NullFormatter())
            low, high = axis.get_view_interval()
            if high / low < 10:                       # within a decade: no power of ten to be labelled
                axis.set_major_locator(MaxNLocator(6))
                axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(plain)
    if log_x:
        measured = sorted({value for value in x if value > 0})
        room = 0.06 * np.log(measured[-1] / measured[0]) if measured else 0
        ticks = measured[:1]
        for value in measured[1:]:
            if np.log(value / ticks[-1]) > room:
                ticks.append(value)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(x_label, fontsize=14)
    axes.set_ylabel(y_label, fontsize=14)
    axes.set_title(title, fontsize=15, loc="left", pad=12)
    axes.tick_params(labelsize=12, colors="#444444")
    axes.grid(True, color="#e2e2e2", linewidth=0.9)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#999999")


def _label_ends(figure, axes):
    """Each line's label at its right end, pushed apart where two would touch."""
    from matplotlib.colors import to_rgb

    figure.draw_without_rendering()
    bottom, top = axes.get_window_extent().intervaly
    ends = []
    for line in axes.get_lines():
        points = axes.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
        if len(points):
            ends.append([(points[-1, 1] - bottom) / (top - bottom), line])
    ends.sort(key=lambda end: end[0])
    apart = 20 * figure.dpi / 72 / (top - bottom)
    for below, above in pairwise(ends):
        above[0] = max(above[0], below[0] + apart)
    # What was pushed out at the top pushes back down.
    limit = max(1.0, (len(ends) - 1) * apart)
    for end in reversed(ends):
        end[0] = limit = min(end[0], limit)
        limit -= apart
    for y, line in ends:
        axes.annotate(line.get_label(), (1.02, y), xycoords="axes fraction", va="center", fontsize=13,
                      color=0.8 * np.array(to_rgb(line.get_color())), annotation_clip=False)


# Doors ------------------------------------------------------------------------------------


def _expect_some(name, things):
    if not len(things):
        raise say(name, "at least one", "none", "There is nothing to draw.")


def _expect_pictures(name, pictures):
    if not isinstance(pictures, np.ndarray) or pictures.dtype != np.uint8:
        raise say(name, "an array of uint8", getattr(pictures, "dtype", type(pictures).__name__),
                  "Tokens become colours with PictureCodec.to_rgb.")
    expect_shape(name, pictures, (None, None, None, 3), hint="Pictures are (N, H, W, 3); did you forget an axis?")
    if not pictures.size:
        raise say(name, "at least one picture", f"shape {pictures.shape}")
