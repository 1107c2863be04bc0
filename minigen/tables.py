"""How results are laid out for a terminal: rich tables and lines, which the command line prints."""


def _number(value, digits=3):
    """A figure as a person reads it; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if 1e-9 < abs(value) < 0.01:
        return f"{value:.2g}"
    return f"{value if abs(value) > 1e-9 else 0:.{digits}f}"         # rounding can leave -1e-16 where 0 is meant


def _seconds(value):
    """Seconds with a unit that fits."""
    if value is None:
        return "–"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.2f} ms" if value >= 1e-3 else f"{value * 1e6:.0f} µs"


def slim_table(title, padding=1):
    """A table that spends its width on figures: no frame, ``padding + 1`` spaces between columns."""
    from rich import box
    from rich.table import Table
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
                 padding=(0, padding), collapse_padding=True)


def fits(out, table):
    """Whether a table can be printed without cutting anything."""
    from rich.measure import Measurement
    return Measurement.get(out, out.options.update(width=1000), table).maximum <= out.width


def narrowed(title, columns, spares, out, left, tight=None, sections=()):
    """A table of columns (heading -> cells) that fits ``out``: without as many of the ``spares``, in their order, as it takes.

    Columns named in ``left`` are set left. Once the spare ``tight`` has gone, columns stand closer. Behind the rows of
    ``sections`` stands a line.
    """
    padding = 1
    for spare in (None, *spares):
        columns.pop(spare, None)
        padding = 0 if tight is not None and spare == tight else padding
        table = slim_table(title, padding)
        for head in columns:
            table.add_column(head, justify="left" if head in left else "right", no_wrap=True)
        for i, cells in enumerate(zip(*columns.values())):
            table.add_row(*cells, end_section=i in sections)
        if fits(out, table):
            break
    return table


def comparison(made, out):
    """Yield what to print for one kind of thing; a narrow terminal ``out`` leaves out columns that compare.json has."""
    from rich.text import Text
    seen = {"answers": "impossible", "pinyin": "no\nword", "english": "wrong"}.get(made.kind, "never\nseen")

    def share(key):
        return [f"{row[key]:.1%}" if row.get(key) is not None else "–" for row in made.rows]
    columns = {
        "strategy": [row["strategy"] for row in made.rows], "model": [row["model"] or "" for row in made.rows],
        "passes": [_number(row["passes"]) for row in made.rows],
        "multipli-\ncations": [_number(row["multiplications"]) for row in made.rows],
        "one\nalone": [_seconds(row["seconds"]) for row in made.rows], "one\nof 64": [_seconds(row["seconds_64"]) for row in made.rows],
        f"bits /\n{made.piece}": [("≤ " if row["bits_kind"] == "bound" else "") + _number(row["bits"]) for row in made.rows],
        seen: share("impossible")}
    if made.kind == "answers":
        columns |= {"drawn": share("impossible_drawn"), "gap,\nbits": [_number(row["gap"]) for row in made.rows]}
    if any("total_variation" in row for row in made.rows):
        columns |= {"drawn": share("drawn"), "gap,\nbits": [_number(row.get("gap")) for row in made.rows],
                    "total\nvariation": [_number(row.get("total_variation")) for row in made.rows],
                    "of ten": [_number(row.get("shown_total_variation")) for row in made.rows],
                    "drawn ": [_number(row["distance"]) for row in made.rows]}
    if any("form" in row for row in made.rows):
        columns["form\nkept"] = share("form")
    if any("length_total_variation" in row for row in made.rows):
        columns["lengths,\nvariation"] = [_number(row.get("length_total_variation")) for row in made.rows]
    spares = ("multipli-\ncations", "one\nof 64", "drawn", "of ten", "drawn ", "one\nalone", "passes")
    yield narrowed(f"{made.kind}: {made.title}", columns, spares, out, ("strategy", "model"))
    yield Text(f"{seen.replace(chr(10), ' ')}: {made.unseen}; training: "
               + ", ".join(f"{name} {took:.1f} s" for name, took in made.trained.items()), "dim")
    if any(row["bits_kind"] == "bound" for row in made.rows):
        yield Text("≤: the importance-weighted bound; the true figure is lower", "dim")
    if made.kind == "answers":
        yield questions(made, out)
    if made.statistics:
        yield Text("pictures, medians over many: opaque, the share of pixels that are drawn; largest part, the share of those that hang together; "
                   "nearest, the share of pixels that differ from the nearest training picture; copies, the share of pictures that differ in none", "dim")
    for heading, numbers in made.statistics:
        yield Text(f"  {heading}: " + ", ".join(f"{key.replace('_', ' ')} {_number(value)}" for key, value in numbers.items()))
    for heading, text in made.samples:
        yield Text(heading, "bold")
        yield Text(text)
    yield Text()


def questions(made, out):
    """The gap of every question under every strategy."""
    heads = [row["strategy"].replace("_", "\n").replace(":", "\nof ") if row["model"] == "the table itself"
             else row["model"].replace("choice decoder ", "choice\nof ").replace("_", "\n") for row in made.rows]
    for between, padding in ((" / ", 1), ("\n", 0)):
        table = slim_table("gap in bits per answer, share of impossible answers, by question", padding)
        table.add_column("question", no_wrap=True)
        for head in heads:
            table.add_column(head, justify="right", no_wrap=True)
        for q, question in enumerate(made.rows[0]["questions"]):
            each = [row["questions"][q] for row in made.rows]
            table.add_row(question["question"],
                          *[f"{_number(max(one['gap'], 0.0))}{between}{max(one['impossible'], 0.0):.0%}" for one in each])
        if fits(out, table):
            break
    return table


def frontier(made, out):
    """Yield what to print of a frontier: a line for each point, where more passes were worse, where AR overtakes."""
    from rich.text import Text
    points = made.frontier
    marks = {"bound": "≤ ", "mean over orders": "~ ", "exact": "", None: ""}
    columns = {
        "strategy": [one["strategy"] for one in points], "model": [one["model"] or "" for one in points],
        "passes": [_number(one["passes"]) for one in points],
        "one\nalone": [_seconds(one["seconds"]) for one in points], "one\nof 64": [_seconds(one["seconds_64"]) for one in points],
        f"bits /\n{made.piece}": [marks[one["bits_kind"]] + _number(one["bits"]) for one in points],
        "never\nseen": [f"{one['impossible']:.1%}" if one["impossible"] is not None else "–" for one in points],
        "distance": [_number(one["distance"]) for one in points]}
    if any("recognised" in one for one in points):
        columns["in the\nclassifier"] = [_number(one.get("distance_classifier")) for one in points]
        columns["as\nasked"] = [f"{one['recognised']:.1%}" if one.get("recognised") is not None else "–" for one in points]
    spares = ("one\nof 64", "in the\nclassifier", "model")
    yield narrowed(f"{made.kind}: quality against the number of passes", columns, spares, out, ("strategy", "model"))
    for note in made.notes:
        yield Text(note, "dim")
    yield Text()


def compiled(entries, out):
    """What compiling the loop changes: seconds, and no token; a narrow terminal ``out`` leaves columns out."""
    columns = {
        "": [entry["kind"] for entry in entries], "model": [entry["model"] for entry in entries],
        "strategy": [entry["strategy"] for entry in entries], "tokens": [_number(entry["tokens"]) for entry in entries],
        "of them\nthe same": [_all_but(entry["tokens"] - entry["same"]) for entry in entries],
        "plain\nloop": [_seconds(entry["plain_s"]) for entry in entries],
        "compiled\nloop": [_seconds(entry["compiled_s"]) for entry in entries],
        "ratio": [f"{entry['ratio']:.0f} x" if entry["ratio"] >= 10 else f"{entry['ratio']:.1f} x" for entry in entries]}
    return narrowed("The same sample from the plain loop and from the compiled one", columns, ("strategy", "tokens"), out,
                    ("", "model", "strategy"), tight="tokens")


def _all_but(differ):
    return f"all but {differ:,}" if differ else "all"


def lecture(rows):
    """The lecture's table: speed, quality, use."""
    from rich.table import Table
    table = Table(title="The lecture's table, as measured here", title_justify="left", title_style="bold")
    for head in ("", "winner", "because"):
        table.add_column(head)
    for row in rows:
        table.add_row(row["row"], row["winner"], row["sentence"])
    return table


def speed(content, out):
    """Yield what to print of ``minigen bench`` (``bench.report``); a narrow terminal ``out`` leaves columns out."""
    from rich.text import Text
    machine = content["machine"]
    yield Text(f"{machine['processor'] or machine['machine']}, {machine['cores']} cores; reads "
               + ", ".join(f"{figure:.0f} GB/s from {size}" for size, figure in machine["read_gb_per_s"].items())
               + " (1 thread); matrix products "
               + ", ".join(f"{figure:.0f} GFLOP/s ({threads}t)" for threads, figure in machine["product_gflop_per_s"].items()), "dim")
    if (machine.get("others_busy") or 0) > 0.1:
        yield Text(f"Other programs kept {machine['others_busy']:.1f} cores busy meanwhile: who waits for a thread, as PyTorch does, lost most.", "bold")
    if content["lines"]:
        yield _speed_table(content, out)
        notes = dict.fromkeys(f"{line['work']}, {line['who']}: {line['note']}" for line in content["lines"]
                              if line["note"] and line["who"] != "limit")
        for note in notes:
            yield Text(note, "dim")
    for difference in content["differences"]:
        yield Text(f"{difference['work']}: {difference['nats']:.3f} nats lower than PyTorch's")
    if "compile" in content:
        began = content["start"]
        yield Text(f"start: all kernels compiled in {_seconds(content['compile']['seconds'])}; once compiled, minigen sample text "
                   f"{_seconds(began['sample_s'])}, import minigen {_seconds(began['import_s'])} (Python alone {_seconds(began['python_s'])})")
    for work, peak in content.get("memory", {}).items():
        yield Text(f"memory, {work}: " + (f"{peak:.0f} MB at most" if peak is not None else "this system does not say"))
    for line in content.get("growth", ()):
        yield Text(f"growth, {line['sentence']}")
    for each in content.get("threads", {}).get("ratios", ()):
        yield Text(f"threads, {each['work']}: {each['threads']} beside {each['beside']} are {each['ratio']:.2f} x as fast as one alone")
    if "threads" in content:
        yield Text(f"threads are {content['threads']['layer']}", "dim")
    for what, why in content["skipped"].items():
        yield Text(f"{what} left out: {why}", "bold")


def _speed_table(content, out):
    """Lines with their ratios: who does each work how fast, and how far minigen is ahead."""
    ratios = {(each["work"], each["against"]): each["ratio"] for each in content["ratios"]}
    lines, before = content["lines"], [None, *(line["work"] for line in content["lines"])]
    columns = {
        "work": ["" if line["work"] == last else line["work"] for line, last in zip(lines, before)],
        "who": [line["who"] for line in lines], "threads": [str(line["threads"]) for line in lines],
        "median": [_seconds(line["median_s"]) for line in lines],
        "per second": [f"{_three_digits(line['per_s'])} {line['unit']}" for line in lines],
        "spread": ["once" if line["rounds"] == 1 else f"{line['spread']:.0%}" for line in lines],
        "minigen is": [_ahead(line["who"], ratios.get((line["work"], line["who"]))) for line in lines]}
    last_of_work = {i for i, (line, after) in enumerate(zip(lines, lines[1:])) if after["work"] != line["work"]}
    return narrowed("Each piece of work, measured in turn with those beside it", columns, ("spread", "threads", "per second"), out,
                    ("work", "who"), sections=last_of_work)


def _three_digits(value):
    """12,345 · 123 · 12.3 · 0.0123"""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ahead(who, ratio):
    if ratio is None:
        return ""
    return f"at {ratio:.0%} of it" if who == "limit" else f"{_three_digits(ratio)} x as fast"
