"""The main job: every strategy on every kind of thing, measured on the machine it runs on.

``compare`` trains small models from nothing, draws from each with its strategies, and yields one table
per kind; ``lecture`` turns the tables into the lecture's own: speed, quality, use. Nothing here prints.
"""

import json
import platform
import time
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from minigen import __version__, data, figures, frontier, measure
from minigen.files import save_atomically
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.parallel import cores, one_blas_thread
from minigen.protocols import Condition
from minigen.data.counted import traditional
from minigen.recipes import PAGES, RECIPES, base, counted
from minigen.recipes.answers import right_answers, table
from minigen.recipes.text import ROW
from minigen.strategies.fill import blank, can_compile, fill, generate, log_prob
from minigen.strategies.length import lengths
from minigen.strategies.orders import surest_first_log_prob
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one

TEXT_LENGTH = 256            # characters in one sample of running text
BATCH = 64
SAMPLES = {"tiny": 32, "small": 200, "full": 1000}      # pictures whose statistics are taken
DRAWS = {"tiny": 4, "small": 16, "full": 64}             # latents in the importance-weighted bound
LENGTHS_DRAWN = {"tiny": 2000, "small": 20_000, "full": 100_000}     # things whose lengths are counted
SEEDS = 3                    # trainings of the network on which the frontier is measured
SAMPLE_WIDE = 48             # pixels of the page for each sample beside the frontier, at most: there are two dozen rows of them
PAIRS_BATCH = 256            # pairs at a time: their scores over all characters fit the cache
PAIRS_DRAWN = {"tiny": 64, "small": 2048, "full": 8192}     # of each question that is shown
PAIRS_EVERY = {"tiny": 1, "small": 32, "full": 128}         # of every question
ANSWERS_DRAWN = {"tiny": 64, "small": 1024, "full": 4096}   # of each question


@dataclass
class Table:
    """One kind of thing: rows as in compare.json, and what there is to look at."""

    kind: str
    title: str
    piece: str                       # what bits are counted per
    unseen: str                      # what the share "impossible" counts
    rows: list
    samples: list = field(default_factory=list)         # (heading, text)
    statistics: list = field(default_factory=list)      # (heading, dict)
    files: list = field(default_factory=list)
    trained: dict = field(default_factory=dict)         # model -> seconds of training
    frontier: list = field(default_factory=list)        # points: see ``frontier.frontier``
    notes: list = field(default_factory=list)           # sentences under the frontier
    compiled: list = field(default_factory=list)        # one entry of ``both_loops`` for each row that has a compiled loop


def machine():
    """What the figures were measured on."""
    return {"system": platform.system(), "machine": platform.machine(), "cores": cores(),
            "python": platform.python_version(), "numpy": np.__version__, "numba": version("numba"),
            "minigen": __version__}


def compare(kinds, size, seed, folder, progress, shots=False):
    """Yield a ``Table`` for each kind; pictures are written into ``folder`` on the way.

    ``progress(kind, model) -> report`` makes the progress bar of one training. With ``shots`` the strategies between one
    pass and T are measured too, on networks of their own: the frontier.
    """
    makers = {"answers": answers_table, **dict.fromkeys(PAGES, counted_table)}
    for kind in kinds:
        recipe = RECIPES[kind]
        dataset = recipe.load(size)
        models, trained = {}, {}

        def learn(name, seed=seed):
            result = base.fit(recipe, name, dataset, size, seed, progress(kind, name))
            if result.interrupted:
                raise KeyboardInterrupt
            trained[name] = round(trained.get(name, 0) + result.seconds, 2)
            return result.model
        more = [row.model for row in recipe.shots] if shots else []
        for name in recipe.models:
            if name in more or any(name in row.model.split(" + ") for row in recipe.rows):
                models[name] = learn(name)
        make = makers.get(kind) or (picture_table if recipe.piece == "pixel" else text_table)
        made = make(recipe, dataset, models, size, seed, folder)
        made.trained = trained
        made.compiled = [both_loops(kind, row, models[row.model], seed) for row in recipe.rows
                         if row.model in models and can_compile(models[row.model], base.strategy(row.strategy))]
        if shots and "masked" in models and kind not in PAGES:
            anyorder = [models.pop("masked"), *(learn("masked", seed + i) for i in range(1, SEEDS))]
            add_frontier(made, recipe, dataset, anyorder, models, size, seed, folder)
        yield made


def add_frontier(made, recipe, dataset, anyorder, models, size, seed, folder):
    """The points measured, and shown; of pictures, samples of each of them too."""
    made.frontier, measures, shown = frontier.frontier(recipe, dataset, anyorder, models, size, seed)
    show_frontier(made, measures, models.get("char_lm") or models.get("pixel_lm"), anyorder[0], folder)
    made.notes += frontier.legend(recipe.piece, anyorder[0].length, size, any("recognised" in one for one in made.frontier))
    if recipe.piece == "pixel":
        name = f"frontier_{made.kind}_samples.png"
        figures.contact_sheet(folder / name, [(heading, dataset.codec.to_rgb(tokens)) for heading, tokens in shown], frontier.SHOWN,
                              SAMPLE_WIDE // dataset.codec.width, f"{made.title}: samples of every point")
        made.files.append(name)


def show_frontier(made, measures, slow, fast, folder):
    """The picture of the points, and the sentences under them."""
    made.notes = [f"distance: {measures}", *frontier_notes(made.frontier, slow, fast)]
    figures.frontier(folder / f"frontier_{made.kind}.png", made.frontier, made.piece, measures, f"{made.title}: quality against the number of passes")
    made.files.append(f"frontier_{made.kind}.png")


def frontier_notes(points, slow, fast):
    """Where nested plans rise, how far the any-order network is from the one made for one by one, and where that overtakes."""
    T = fast.length
    for strategy, before, after, change, error in frontier.rises(points):
        if change > 0:
            yield (f"{strategy}: {after} passes cost {change:.3f}{f' ± {error:.3f}' if error is not None else ''} bits more than {before}: an error of the "
                   "trained network; splitting a block never costs an exact model anything.")
    dedicated = [one for one in points if one["strategy"] == "one_by_one" and one["model"] != "masked" and one["bits"]]
    best = [one for one in points if one["model"] == "masked" and one["passes"] == T and one["bits"]]
    if dedicated and best:
        lowest = min(best, key=lambda one: one["bits"])
        yield (f"any order, {T} passes ({lowest['strategy']}): {lowest['bits']:.3f} bits, {lowest['bits'] / dedicated[0]['bits'] - 1:+.1%} beside "
               f"{dedicated[0]['model']} ({dedicated[0]['bits']:.3f}), on the same items")
    if (alike := frontier.agreement(points)) is not None:
        yield f"of two plans of the any-order network, the one with fewer bits has the smaller distance in {alike:.0%} of all pairs"
    for key, batch, words in (("seconds", 1, "alone"), ("seconds_64", BATCH, f"of {BATCH}")):
        measured_at = frontier.crossing(points, key)
        if measured_at is None or slow is None:
            continue
        predicted = f"{measured_at:.1f} passes (from the machine's limits: {frontier.predicted_crossing(slow, fast, batch):.1f})"
        if measured_at >= 1:
            yield f"one {words}: one by one with a cache takes as long as {predicted} of the any-order network, and more passes are the slower way"
        else:
            work = frontier.work_of_a_pass(fast) / slow.multiplications(T)
            yield (f"one {words}: against the lecture's table, one by one with a cache is faster than even one pass; it takes as long as {predicted}. "
                   f"Why: it computes each place once, in a compiled loop; a pass computes all {T} places anew, with {work:.1f} x the "
                   f"multiplications of all of one by one and {frontier.calls_of_a_pass(fast)} calls of NumPy")
    yield from beside_text8(points, T)


# Absorbing diffusion on text8 (Austin et al., 2021), at most 256 characters: bits per character, beside 1.23 one by one
TEXT8 = {"one_by_one": 1.23, 20: 1.56, 1000: 1.45, "length": 256, "faster": 4.5}


def beside_text8(points, length):
    """Where our running text falls beside the published shape: the same share of passes, and all of them."""
    ar = [one for one in points if one["strategy"] == "one_by_one" and one["model"] == "char_lm" and one["bits"]]
    line = {one["passes"]: one for one in points if one["strategy"] == "random_order" and one["bits"]}
    if length != ROW or not ar or length not in line:
        return
    few = min(line, key=lambda passes: abs(passes / length - 20 / TEXT8["length"]))
    worse = {passes: line[passes]["bits"] - ar[0]["bits"] for passes in (few, length)}
    share = (worse[few] - worse[length]) / worse[few]
    published = {passes: TEXT8[passes] - TEXT8["one_by_one"] for passes in (20, 1000)}
    yield (f"published on text8 (Austin et al., 2021): 20 passes for {TEXT8['length']} characters are {published[20]:.2f} bits worse than one by one and "
           f"{TEXT8['faster']} x faster, 1000 passes {published[1000]:.2f} worse and slower. Here {few} of {length} passes are {worse[few]:.2f} worse and "
           f"{ar[0]['seconds'] / line[few]['seconds']:.1f} x as fast, {length} passes {worse[length]:.2f} worse and "
           f"{ar[0]['seconds'] / line[length]['seconds']:.1f} x as fast. More passes win back {share:.0%} of the loss (there "
           f"{1 - published[1000] / published[20]:.0%}); the rest is the price of learning every order, high for a network as small and as briefly trained "
           "as ours. The seconds differ because one by one is a compiled loop with a cache here.")


def draw(model, row, n, rng, prompt=None, film=False, **settings):
    """n samples under the strategy of a row; labels, where there are any, in turn."""
    length = None if model.length else TEXT_LENGTH
    return generate(model, base.strategy(row.strategy, **settings), n, rng, condition=base.in_turn(model, n),
                    prompt=prompt, length=length, film=film)


def empty_row(strategy, model=None):
    """A row of compare.json in which nothing was measured yet."""
    return {"strategy": strategy, "model": model, "passes": None, "multiplications": None, "seconds": None,
            "seconds_64": None, "per_s": None, "bits": None, "bits_kind": None, "impossible": None}


def measured(row, model, seed, bits):
    """Passes, work, seconds and bits of one row."""
    rng, length = np.random.default_rng(seed), model.length or TEXT_LENGTH
    return empty_row(row.strategy, row.model) | timed(lambda n: draw(model, row, n, rng)) | {
        "passes": frontier.passes_of(row, model, length), "multiplications": model.multiplications(length),
        "bits": bits[0], "bits_kind": bits[1]}


def timed(sample):
    """The seconds of a row, from ``sample(n)``: one alone, and one of a batch."""
    alone = measure.seconds(lambda: sample(1))
    together = measure.seconds(lambda: sample(BATCH), repeats=3)
    return {"seconds": alone, "seconds_64": together / BATCH, "per_s": BATCH / together}


def both_loops(kind, row, model, seed):
    """One sample drawn twice on the same dice, by the plain loop and by the compiled one: an entry of compare.json."""
    def plain():
        with one_blas_thread():                    # a second one would spin where another program wants its core
            return draw(model, row, 1, np.random.default_rng(seed), film=True)[0]

    def compiled():
        return draw(model, row, 1, np.random.default_rng(seed))
    start = time.perf_counter()
    tokens = plain()
    plain_s = time.perf_counter() - start
    if plain_s < 0.2:                              # too short to be measured once
        plain_s = measure.seconds(plain)
    same, compiled_s = int((tokens == compiled()).sum()), measure.seconds(compiled)
    return {"kind": kind, "model": row.model, "strategy": row.strategy, "tokens": tokens.size, "same": same,
            "plain_s": plain_s, "compiled_s": compiled_s, "ratio": plain_s / compiled_s}


# Text

def text_table(recipe, dataset, models, size, seed, folder):
    """Characters: bits, seconds, the share of pieces never seen, a few samples to read."""
    decode, stream = dataset.codec.decode, hasattr(dataset, "train_stream")
    pieces = {"text": measure.words, "names": partial(measure.grams, n=3)}.get(recipe.name, partial(measure.grams, n=2))
    if stream:
        seen, held_out = set(pieces(decode(dataset.train_stream))), [decode(dataset.valid_stream)]
    else:
        seen = {piece for item in dataset.train for piece in pieces(decode(item))}
        held_out = [decode(item) for item in dataset.valid]
    made = Table(recipe.name, recipe.title, recipe.piece, recipe.unseen, [])
    form = recipe.name == "poems"
    told = {}
    for name, model in models.items():
        if hasattr(model, "string_log_prob") or name == "masked":
            continue                                # whole canvases only, or any order
        told[name] = (measure.stream_told(model, dataset.valid_stream, base.reads(model)) if stream
                      else measure.told(model, dataset.valid))
    told["char_lm + ngram"] = measure.mixed(told["char_lm"], told["ngram"])
    counted = np.True_ if stream else measure.up_to_end(dataset.valid, dataset.codec.end)
    true_lengths = None if stream else shares_of_lengths(dataset.train, dataset.codec.end)
    for row in recipe.rows:
        if row.model in told:
            bits = float(-np.mean(told[row.model], where=counted) / measure.NATS_PER_BIT)
        else:
            score = measure.string_log_prob(models[row.model], dataset.valid, dataset.codec.end)
            bits = measure.bits_per_token(score, dataset.valid, dataset.codec.end)
        if row.model not in models:                     # a mixture of two: only its bits are of interest
            made.rows.append(empty_row(row.strategy, row.model) | {"bits": bits, "bits_kind": "exact"})
            continue
        model = models[row.model]
        entry = measured(row, model, seed, (bits, "exact"))
        texts = [decode(tokens) for tokens in draw(model, row, BATCH, np.random.default_rng(seed))]
        entry["impossible"] = measure.share_unseen([piece for text in texts for piece in pieces(text)], seen)
        if form:
            entry["form"] = float(np.mean([measure.is_quatrain(text) for text in texts]))
        if row.strategy in ("cut_at_end", "length_first"):
            many = lengths_drawn(model, row, LENGTHS_DRAWN[size], seed)
            entry["length_total_variation"] = measure.total_variation(shares_of_lengths(many, dataset.codec.end), true_lengths)
        shown = texts[0] if stream else "   ".join(texts[:12] if recipe.name == "names" else texts[:3])
        made.samples.append((f"{row.model}, {row.strategy}", shown))
        made.rows.append(entry)
    extra = {"form": float(np.mean([measure.is_quatrain(text) for text in held_out]))} if form else {}
    made.rows.append(empty_row("real, held out") | {
        "impossible": measure.share_unseen([piece for text in held_out for piece in pieces(text)], seen), **extra})
    return made


def lengths_drawn(model, row, n, seed):
    """n canvases whose lengths are counted: as far as a strategy goes before nothing that follows can change them.

    Cut at END or not, the first END stands where it stands. Who draws the length first has drawn it in the first canvas.
    """
    rng = np.random.default_rng(seed)
    if row.strategy == "cut_at_end":
        return generate(model, base.strategy("all_at_once"), n, rng)
    return next(base.strategy(row.strategy)(model, blank(model, n), rng))


def shares_of_lengths(tokens, end):
    """How often each length stands in tokens (N, T): shares (T + 1,) of 0 to T pieces before END."""
    return np.bincount(lengths(tokens, end), minlength=tokens.shape[1] + 1) / len(tokens)


# Pictures

def picture_table(recipe, dataset, models, size, seed, folder):
    """Pixels: bits, seconds, statistics of many samples; a contact sheet, and for sprites a film and completions."""
    codec, name = dataset.codec, recipe.name
    mirrors = dataset.augment is not None               # a mirrored monster is a monster, a mirrored digit is none
    known = np.concatenate([dataset.train, codec.mirror(dataset.train)]) if mirrors else dataset.train
    seen = np.unique(measure.patches(codec.decode(known)))

    def impossible(tokens):
        return float(np.mean(~np.isin(measure.patches(codec.decode(tokens)), seen)))

    made = Table(name, recipe.title, recipe.piece, recipe.unseen, [])
    sheet = [("real, held out", codec.to_rgb(dataset.valid[:25]))]
    made.statistics.append(("real, held out", measure.picture_statistics(dataset.valid, codec, dataset.train, mirrors)))
    for row in recipe.rows:
        model, rng = models[row.model], np.random.default_rng(seed)
        entry = measured(row, model, seed, base.bits(model, dataset, rng, DRAWS[size]))
        tokens = draw(model, row, SAMPLES[size], np.random.default_rng(seed))
        entry["impossible"] = impossible(tokens)
        heading = f"{row.model}, {row.strategy}"
        sheet.append((heading, codec.to_rgb(tokens[:25])))
        if row.strategy == "one_by_one":
            cooler = draw(model, row, 25, np.random.default_rng(seed), temperature=0.9)
            sheet.append((f"{heading}, temperature 0.9", codec.to_rgb(cooler)))
        made.statistics.append((heading, measure.picture_statistics(tokens, codec, dataset.train, mirrors)))
        made.rows.append(entry)
    made.rows.append(empty_row("real, held out") | {"impossible": impossible(dataset.valid)})
    figures.contact_sheet(folder / f"{name}.png", sheet, title=recipe.title)
    made.files.append(f"{name}.png")
    if name == "sprites":
        made.files += [film_of(recipe, dataset, models, seed, folder), completions_of(recipe, dataset, models, seed, folder)]
    return made


def film_of(recipe, dataset, models, seed, folder):
    """One sprite drawn pixel by pixel beside one that is decided at once."""
    films = []
    for row in recipe.rows:
        model = models[row.model]
        tokens, frames = draw(model, row, 1, np.random.default_rng(seed), film=True)
        empty = np.full_like(tokens, model.vocab_size)
        films.append((f"{row.model}", dataset.codec.to_rgb(np.concatenate([empty, frames[:, 0]]))))
    figures.film(folder / "sprites.gif", films, first_pass=0)
    return "sprites.gif"


def completions_of(recipe, dataset, models, seed, folder, shown=6, ways=5):
    """The upper half of held-out sprites, completed several ways."""
    codec, half = dataset.codec, dataset.length // 2
    rows = []
    for i, real in enumerate(dataset.valid[:shown * 6:6]):
        prompt = real[:half]
        drawn = draw(models["pixel_lm"], recipe.rows[0], ways, np.random.default_rng([seed, i]),
                     prompt=prompt, temperature=0.9)
        given = np.full(dataset.length, codec.vocab_size)
        given[:half] = prompt
        rows.append((codec.to_rgb(given), codec.to_rgb(drawn), codec.to_rgb(real)))
    figures.completions(folder / "sprites_completed.png", rows)
    return "sprites_completed.png"


# Answers

def answers_table(recipe, dataset, models, size, seed, folder):
    """The exact experiment: the gap in bits and the share of impossible answers, enumerated and drawn."""
    answers = data.answers_table()
    made = Table(recipe.name, recipe.title, recipe.piece, recipe.unseen, [])
    tokens, labels, probs = right_answers(answers)
    allowed = [{answers.codec.decode(one) for one in tokens[labels == label]} for label in range(answers.n_labels)]
    drawn_each = ANSWERS_DRAWN[size]
    counted = measure.up_to_end(tokens, answers.codec.end).sum(axis=1)
    exact = [table(answers, label) for label in range(answers.n_labels)]
    entropy = np.array([truth.entropy() for truth in exact])

    def add(strategy, model_name, passes, score, sample, work):
        """score(label) -> log P of its right answers; sample(label, n, rng) -> tokens."""
        gaps, impossible = zip(*(measure.answer_gap(score(label), probs[labels == label]) for label in range(answers.n_labels)))
        nonsense = [np.mean([answers.codec.decode(one) not in allowed[label]
                             for one in sample(label, drawn_each, np.random.default_rng([seed, label]))])
                    for label in range(answers.n_labels)]
        bits_each = (entropy + gaps) / [np.sum(probs[labels == q] * counted[labels == q]) for q in range(answers.n_labels)]
        made.rows.append(empty_row(strategy, model_name) | timed(lambda n: sample(0, n, np.random.default_rng(seed))) | {
            "passes": passes, "multiplications": work, "bits": float(np.mean(bits_each)), "bits_kind": "exact", "impossible": float(np.mean(impossible)),
            "impossible_drawn": float(np.mean(nonsense)), "gap": float(np.mean(gaps)),
            "questions": [{"question": question.text, "gap": gaps[q], "impossible": impossible[q],
                           "impossible_drawn": float(nonsense[q])} for q, question in enumerate(answers.questions)]})

    for name, plan in (("one_by_one", one_by_one), ("in_blocks:2", in_blocks(2)), ("all_at_once", all_at_once)):
        places = plan(answers.length)

        def score(label, plan=plan):
            return log_prob(exact[label], tokens[labels == label], plan)

        def sample(label, n, rng, plan=plan):
            return generate(exact[label], partial(fill, plan=plan), n, rng)
        add(name, "the table itself", len(places), score, sample, 0)
    for row in recipe.rows:
        model, strategy = models[row.model], base.strategy(row.strategy)

        def score(label, model=model):
            right = tokens[labels == label]
            return measure.string_log_prob(model, right, answers.codec.end,
                                           Condition(label=np.full(len(right), label))).astype(np.float64)

        def sample(label, n, rng, model=model, strategy=strategy):
            return generate(model, strategy, n, rng, condition=Condition(label=np.full(n, label)))
        add(row.strategy, row.model, answers.length if row.strategy == "one_by_one" else 1, score, sample,
            model.multiplications(answers.length))
    for plan in (all_at_once, one_by_one):          # the lecture's question, which stands first
        drawn = generate(exact[0], partial(fill, plan=plan), 16, np.random.default_rng(seed))
        made.samples.append((f"{answers.questions[0].text}, {plan.__name__}",
                             "  ".join(answers.codec.decode(one) for one in drawn)))
    return made


# Pinyin, English

@one_blas_thread()                                          # its products are small: a second one would spin
def counted_table(recipe, dataset, models, size, seed, folder):
    """Real questions, exact under the truth: the gap, the share of pairs that are no answers, the total variation."""
    made, page = Table(recipe.name, recipe.title, recipe.piece, recipe.unseen, []), PAGES[recipe.name]
    label, entropy = dataset.condition_of(dataset.asked), counted.entropies(dataset).mean()
    shown = [dataset.find(question) for question in page.questions]
    taiwan, tops = page.taiwan(), {}
    listed = set(zip(dataset.asked.tolist(), map(tuple, dataset.tokens.tolist())))

    def add(strategy, model_name, passes, exact, model, chosen, work):
        entry = empty_row(strategy, model_name) | {"passes": passes, "multiplications": work, "drawn": None, "distance": None}
        if exact is not None:
            gap, outside, apart = exact.mean(axis=0)
            entry |= {"bits": float(entropy + gap) / 2, "bits_kind": "exact", "gap": float(gap), "impossible": float(outside),
                      "total_variation": float(apart), "shown_total_variation": float(exact[shown, 2].mean())}
        if model is not None:
            def draw(questions, rng):
                return np.concatenate([generate(model, chosen, len(some), rng, condition=dataset.condition_of(some))
                                       for some in np.split(questions, range(PAIRS_BATCH, len(questions), PAIRS_BATCH))])
            rng = np.random.default_rng(seed)
            entry |= timed(lambda n: draw(np.zeros(n, int), rng))
            pairs = draw(np.repeat(shown, PAIRS_DRAWN[size]), rng).reshape(len(shown), -1, 2)
            every = np.repeat(np.arange(len(dataset.questions)), PAIRS_EVERY[size])
            entry |= {"distance": float(np.mean([counted.drawn_total_variation(dataset, q, each) for q, each in zip(shown, pairs)])),
                      "drawn": float(np.mean([(q, tuple(pair)) not in listed for q, pair in zip(every.tolist(), draw(every, rng).tolist())]))}
            for q, each in zip(shown, pairs):
                tops.setdefault(q, []).append((f"{model_name}, {strategy}", top_answers(dataset, q, each, taiwan)))
        made.rows.append(entry)

    for strategy, passes in (("one_by_one", 2), ("all_at_once", 1), ("mask_predict", 2)):
        add(strategy, page.truth, passes, counted.expected(dataset, strategy), None, None, 0)
    for row in recipe.rows:
        model = models[row.model]
        passes = 2 if row.strategy in base.IN_PASSES else None
        if row.strategy == "mask_predict":
            exact = None
        elif row.strategy == "surest_first":
            exact = counted.judged(dataset, surest_first_log_prob(model, dataset.tokens, 2, label))
        else:
            exact = counted.judged(dataset, log_prob(model, dataset.tokens, base.strategy(row.strategy).keywords["plan"], label))
        chosen, asked = base.strategy(row.strategy, passes), 1 if row.strategy == "all_at_once" else 2
        work = model.multiplications(2, asked) if row.model == "masked" else model.multiplications(2)
        add(row.strategy, row.model, asked, exact, model, chosen, work)
    for q in shown:
        made.samples.append((page.heading(dataset, q, taiwan), "\n".join(f"  {name}: {text}" for name, text in tops[q])))
    made.samples.append(("", page.note))
    made.frontier = [{"strategy": row["strategy"], "model": row["model"], "passes": row["passes"], "seconds": row["seconds"],
                      "seconds_64": row["seconds_64"], "bits": row["bits"], "bits_kind": row["bits_kind"], "bits_each": None,
                      "impossible": row["drawn"] if row["impossible"] is None else row["impossible"], "distance": row["distance"]} for row in made.rows
                     if row["seconds"]]
    measures = f"total variation of drawn {page.answers} to {page.truth}, ten questions"
    show_frontier(made, measures, models["char_lm"], models["masked"], folder)
    return made


def top_answers(dataset, question, pairs, taiwan, n=5):
    """The n most frequent of drawn pairs (n, 2) with their shares, in 繁體中文; * where it is none of the right ones."""
    V, asked = dataset.codec.vocab_size, dataset.questions[question]
    seen, counts = np.unique(pairs[:, 0] * V + pairs[:, 1], return_counts=True)
    best = np.argsort(-counts, kind="stable")[:n]
    words = [(dataset.codec.decode([pair // V, pair % V]), count) for pair, count in zip(seen[best], counts[best])]
    return "  ".join(f"{'' if word in dataset.words[asked] else '*'}{traditional(asked, word, taiwan)} {count / len(pairs):.0%}" for word, count in words)


# Seconds and passes against length

def against_length(size, seed, folder):
    """How the cost of one sample grows with its length: a Transformer one by one, an MLP all at once.

    Untrained networks of the sizes used above: what they say costs as much as what they could
    learn to say.
    """
    lengths = {"tiny": (16, 32), "small": (16, 64, 128), "full": (16, 64, 256, 1024)}[size]
    rng, rows = np.random.default_rng(seed), []
    causal = CharLM(CharLMConfig(80), rng)
    for length in lengths:
        shot = Decoder(DecoderConfig(80, length, latent_width=16), rng)
        for name, model, label in (("one_by_one", causal, "char_lm, compiled, with a cache"),
                                   ("shared_latent", shot, "latent decoder")):
            for batch in (1, BATCH):
                took = measure.seconds(lambda: generate(model, base.strategy(name), batch, rng, length=length), repeats=3)
                rows.append({"strategy": name, "model": label, "length": length, "batch": batch,
                             "passes": length if name == "one_by_one" else 1, "seconds": took / batch,
                             "multiplications": model.multiplications(length)})
    figures.length_pictures(folder / "length.png", rows)
    return rows


# The lecture's own table

def lecture(tables):
    """Speed, quality, use: each with its winner and the figures that say so.

    Returns
    -------
    list of dict
        ``row``, ``winner``, ``sentence`` and ``figures`` (one entry per kind where both strategies were measured).
    """
    pairs = [pair for pair in map(_pair, tables) if pair]
    rows = []
    if not pairs:
        return rows
    speed = [{"kind": kind, "passes_ratio": ar["passes"] / nar["passes"], "seconds_ratio": ar["seconds"] / nar["seconds"],
              "seconds_64_ratio": ar["seconds_64"] / nar["seconds_64"]} for kind, _, ar, nar in pairs]
    faster = sum(entry["seconds_ratio"] > 1 for entry in speed)
    best = max(speed, key=lambda entry: entry["seconds_ratio"])
    shrinks = [entry for entry in speed if entry["seconds_64_ratio"] < entry["seconds_ratio"]]
    slower = ", ".join(f"{entry['kind']} {entry['seconds_ratio']:.1f} x" for entry in speed if entry["seconds_ratio"] <= 1)
    rows.append({"row": "speed", "winner": _winner("all at once", faster, len(speed), "one by one"), "figures": speed,
                 "sentence": f"All at once is faster for {faster} of {len(speed)} kinds"
                             + (f", up to {best['seconds_ratio']:.1f} x ({best['kind']}: {best['passes_ratio']:.0f} passes against 1)" if faster else "")
                             + f"; in a batch of {BATCH} its lead shrinks for {len(shrinks)} of {len(speed)}"
                             + (": the gain is depth, and reading the weights once." if 2 * len(shrinks) > len(speed) else ".")
                             + (f" Against the table: {slower}. There a compiled loop with a cache draws few pieces, while the one pass "
                                "runs in NumPy or in a larger network." if slower else "")})
    quality = [{"kind": kind, "piece": piece, "bits_one_by_one": ar["bits"], "bits_all_at_once": nar["bits"],
                "bits_kind": nar["bits_kind"], "impossible_one_by_one": ar["impossible"],
                "impossible_all_at_once": nar["impossible"]} for kind, piece, ar, nar in pairs]
    # A bound says "at most": there the share of impossible pieces has to agree before the win is called.
    better = sum(entry["bits_one_by_one"] < entry["bits_all_at_once"]
                 and entry["impossible_one_by_one"] <= entry["impossible_all_at_once"] for entry in quality)
    widest = max(quality, key=lambda entry: entry["bits_all_at_once"] - entry["bits_one_by_one"])
    rows.append({"row": "quality", "winner": _winner("one by one", better, len(quality), "all at once"), "figures": quality,
                 "sentence": f"One by one is better for {better} of {len(quality)} kinds, by up to "
                             f"{widest['bits_all_at_once'] - widest['bits_one_by_one']:.2f} bits per {widest['piece']} ({widest['kind']})."})
    use = [{"kind": kind, "piece": piece, "pieces": ar["passes"], "bits_lost": (nar["bits"] - ar["bits"]) / nar["bits"]}
           for kind, piece, ar, nar in pairs if kind not in ("answers", *PAGES)]
    text = [entry for entry in use if entry["piece"] == "character"]
    pictures = [entry for entry in use if entry["piece"] == "pixel"]
    sentence = "One by one mostly for text, all at once mostly for pictures."
    if text:
        worst = max(text, key=lambda entry: entry["bits_lost"])
        sentence += (f" Text ({worst['kind']}) is {worst['pieces']} pieces long and would need {1 / (1 - worst['bits_lost']):.1f} x the "
                     "bits all at once.")
    if pictures:
        longest = max(pictures, key=lambda entry: entry["pieces"])
        sentence += (f" Pictures ({longest['kind']}) have {longest['pieces']} pieces, a photograph of 1024 x 1024 has {1024 ** 2:,}: "
                     "one pass for each is too many.")
    rows.append({"row": "use", "winner": "text: one by one, pictures: all at once", "figures": use, "sentence": sentence})
    return rows + n_shots(tables)


def n_shots(tables):
    """The rows of the lecture's second half: what a few passes reach, where that was measured."""
    lines, figures_of = [], []
    for made in tables:
        bits = {(one["strategy"], one["passes"]): one["bits"] for one in made.frontier if one["model"] == "masked" and one["bits"]}
        once = [value for (_, passes), value in bits.items() if passes == 1]
        most = max((passes for _, passes in bits), default=1)
        if not once or most < 2:
            continue
        few = min((passes for _, passes in bits if passes >= min(8, most)))
        best = min(value for (_, passes), value in bits.items() if passes == few)
        last = min(value for (_, passes), value in bits.items() if passes == most)
        if once[0] > last:
            share = (once[0] - best) / (once[0] - last)
            lines.append(f"{made.kind}: {few} of {most} passes win back {share:.0%} of what one pass loses")
            figures_of.append({"kind": made.kind, "passes": few, "of": most, "bits_one_pass": once[0], "bits": best, "bits_all_passes": last})
    if not lines:
        return []
    return [{"row": "N shots", "winner": "both", "figures": figures_of,
             "sentence": "On one and the same network, in bits: " + "; ".join(lines) + "."}]


def _winner(one, wins, of, other):
    return one if 2 * wins > of else other if 2 * wins < of else "undecided"


def _pair(made):
    """A kind's best one-by-one row and its best one-shot row (with a latent where there is one)."""
    timed = [row for row in made.rows if row["seconds"] is not None and row["bits"] is not None]
    ar = [row for row in timed if row["strategy"] == "one_by_one" and row["model"] in ("char_lm", "pixel_lm")]
    one_shot = [row for row in timed if row["strategy"] in ("all_at_once", "shared_latent")]
    if made.kind == "answers":                     # the lecture's case: no shared decision
        one_shot = [row for row in one_shot if row["model"] == "choice decoder 1"]
    elif made.piece == "pixel":
        one_shot = [row for row in one_shot if row["strategy"] == "shared_latent"]
    return (made.kind, made.piece, ar[0], one_shot[0]) if ar and one_shot else None


def as_json(tables, lecture_rows, length_rows, size, seed):
    """The content of compare.json."""
    return {"machine": machine(), "seed": seed, "size": size,
            "units": {"seconds": "of one sample, drawn alone", "seconds_64": f"of one sample in a batch of {BATCH}",
                      "per_s": f"samples a second in a batch of {BATCH}", "bits": "per piece, END counted as one",
                      "bits_kind": "bound: the importance-weighted bound, the true figure is lower",
                      "impossible": {made.kind: made.unseen for made in tables},
                      "plain_s": "of one sample drawn alone by the loop in Python and NumPy, one BLAS thread",
                      "compiled_s": "of the same sample on the same dice by the compiled loop"},
            "tables": [{"kind": made.kind, "rows": made.rows, "piece": made.piece, "trained": made.trained,
                        "statistics": dict(made.statistics), "files": made.files} for made in tables],
            "frontier": {made.kind: made.frontier for made in tables if made.frontier},
            "compiled": [entry for made in tables for entry in made.compiled],
            "lecture": lecture_rows, "length": length_rows}


def write_json(path, content):
    """Whole or not at all."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    save_atomically(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))
