"""What a submission's own code draws: completed monsters for its page, a monster and a quatrain for the class's album.

The networks are ours and run in the grader; the loop is the student's and runs in the sandbox, where it asks for scores. Dice come
from the submission's seed. A card is kept only if it is what our own loop draws with the same dice: nobody can put a picture or a
text of his own into the album.
"""

from base64 import b64encode
from functools import lru_cache
from pathlib import Path

import numpy as np

from minigen import maths
from minigen.data.pictures import png
from minigen.protocols import NO_CONDITION
from minigen.recipes import RECIPES, checkpoint
from minigen.recipes.base import fit
from minigen.strategies.plans import all_at_once, one_by_one

MODELS = {("sprite", "AR"): ("sprites", "pixel_lm"), ("sprite", "NAR"): ("sprites", "decoder"),
          ("poem", "AR"): ("poems", "char_lm"), ("poem", "NAR"): ("poems", "marginals")}
PLANS = {"AR": one_by_one, "NAR": all_at_once}
COMPLETED = 4                   # monsters on a student's page
SCALE = 8                       # pixels of the PNG to one of the sprite


def needed(numbers, album):
    """Which networks are asked for when these units are handed in: keys of MODELS."""
    wanted = {("sprite", "AR")} if 14 in numbers else set()
    return [key for key in MODELS if key in wanted or (album and 8 in numbers)]


def prepare(folder, keys, size="small", report=None):
    """Train what is needed and not there yet, with a fixed seed; ``report`` as for ``fit``."""
    for key in keys:
        recipe, name = MODELS[key]
        path = _file(folder, key)
        if not path.exists():
            dataset = RECIPES[recipe].load(size)
            trained = fit(RECIPES[recipe], name, dataset, size, 0, report and report(f"{recipe}: {name}"))
            if trained.interrupted:
                raise KeyboardInterrupt
            checkpoint.save(path, trained.model, dataset.codec, recipe, {"model": name, "size": size})


def _file(folder, key):
    return Path(folder) / f"{'-'.join(MODELS[key])}.npz"


@lru_cache(maxsize=None)
def _model(folder, key):
    model, codec, *_ = checkpoint.load(_file(folder, key))
    return model, codec


@lru_cache(maxsize=None)
def _held_out(recipe):
    dataset = RECIPES[recipe].load("small")
    return dataset.valid, dataset.codec


def _asked(model):
    """The network as a function for a submission. What it is asked is not trusted."""
    def logits(canvas, at):
        places = np.atleast_1d(at)
        if not (type(canvas) is np.ndarray and canvas.dtype.kind in "iu" and canvas.ndim == 2 and len(canvas) <= COMPLETED and places.dtype.kind in "iu" and places.ndim == 1):
            raise ValueError("the canvas (B, T) and the places (A,) are whole numbers")
        canvas, T = canvas.astype(np.int64), canvas.shape[1]
        if T != (model.length or T) or len(places) > T or not all(0 <= place < T for place in places.tolist()) or canvas.min() < 0 or canvas.max() > model.vocab_size:
            raise ValueError("the canvas holds ids from 0 to the mask, and places are on it")
        scores = model.logits(canvas, places.astype(np.int64), NO_CONDITION)                    # (B, A, V)
        return scores if np.ndim(at) else scores[:, 0]
    return logits


def completed(folder, impl, seed):
    """Held-out monsters, their lower half drawn by ``complete`` of unit 14: a PNG in base64; "" if it is none."""
    model, codec = _model(folder, ("sprite", "AR"))
    valid, _ = _held_out("sprites")
    rng = np.random.default_rng([seed, 14])
    tokens = valid[rng.choice(len(valid), COMPLETED, replace=False)]
    u = rng.random(tokens.shape)
    got = impl.complete(_asked(model), tokens.copy(), codec.height // 2, codec.height, codec.width, u, model.vocab_size)
    if not _is_canvas(got, tokens.shape, model.vocab_size):
        return ""
    given = tokens.copy()
    given[:, tokens.shape[1] // 2:] = model.vocab_size
    return _png(codec, given, got)


def cards(folder, impl, seed):
    """A monster and a quatrain drawn by ``fill`` of unit 08, each one by one or all at once as a coin says: a list of dicts."""
    rng, found = np.random.default_rng([seed, 8]), []
    for kind in ("sprite", "poem"):
        strategy = ("AR", "NAR")[rng.integers(2)]
        model, codec = _model(folder, (kind, strategy))
        length = model.length or _held_out(MODELS[kind, strategy][0])[0].shape[1]
        canvas, u = np.full((1, length), model.vocab_size), rng.random((1, length))
        plan, frame = PLANS[strategy](length), None
        for frame in impl.fill(_asked(model), canvas.copy(), u.copy(), [at.tolist() for at in plan], model.vocab_size):
            pass
        for at in plan:
            canvas[:, at] = maths.sample_categorical(model.logits(canvas, at, NO_CONDITION), u[:, at])
        if _is_canvas(frame, canvas.shape, model.vocab_size) and np.array_equal(frame, canvas):
            found.append({"kind": kind, "strategy": strategy, "content": _content(kind, codec, canvas[0])})
    return found


def reals(n, seed):
    """So many held-out monsters and so many held-out quatrains, as cards."""
    rng, found = np.random.default_rng(seed), []
    for kind, recipe in (("sprite", "sprites"), ("poem", "poems")):
        valid, codec = _held_out(recipe)
        for row in valid[rng.choice(len(valid), min(n, len(valid)), replace=False)]:
            found.append({"kind": kind, "strategy": "real", "content": _content(kind, codec, row)})
    return found


def _is_canvas(got, shape, vocab_size):
    return type(got) is np.ndarray and got.dtype.kind in "iu" and got.shape == shape and got.min() >= 0 and got.max() < vocab_size


def _content(kind, codec, row):
    return _png(codec, row[None]) if kind == "sprite" else codec.decode(row)


def _png(codec, *rows):
    """Rows of pictures as one PNG in base64."""
    height, width = codec.height + 1, codec.width + 1
    sheet = np.full((len(rows) * height - 1, len(rows[0]) * width - 1, 3), 255, np.uint8)
    for i, row in enumerate(rows):
        for j, picture in enumerate(codec.to_rgb(row)):
            sheet[i * height:i * height + codec.height, j * width:j * width + codec.width] = picture
    return b64encode(png(sheet.repeat(SCALE, axis=0).repeat(SCALE, axis=1))).decode("ascii")
