"""Text in and out: a token is a character, in English as in Chinese."""

from pathlib import Path

import numpy as np

from minigen.data.batches import Items, Stream
from minigen.errors import expect_range, expect_shape, expect_tokens, say

ASSETS = Path(__file__).with_name("assets")

MASK_SHOWN = "·"                # how a place that is still open looks in decoded text
LONGEST_LINE = 512              # characters in one item: attention grows with the square
MOST_CHARACTERS = 20_000        # different ones: more is hardly a text
FEWEST_ROWS = 20                # a twentieth of a text must still fill a row


class CharCodec:
    """Characters to ids and back; END, where there is one, is the last id.

    >>> codec = CharCodec("abn", has_end=True)
    >>> codec.encode("ban", length=6)
    array([1, 0, 2, 3, 3, 3])
    >>> codec.decode([1, 4, 2, 3, 0, 0])        # 4 is the mask; what follows END is thrown away
    'b·n'
    """

    def __init__(self, characters, has_end):
        if len(characters) == 0:
            raise say("characters", "at least one", "none", "Is the text empty?")
        if len(set(characters)) < len(characters):
            raise say("characters", "every character once", repr(characters[:40]))
        self.characters = characters
        self.has_end = bool(has_end)
        self.vocab_size = len(characters) + self.has_end                # V; the mask is id V
        self.end = self.vocab_size - 1 if has_end else None
        # One binary search for a whole text is far quicker than a dictionary per character.
        points = _code_points(characters)                               # (V,)
        self._id_of_rank = np.argsort(points)
        self._sorted_points = points[self._id_of_rank]
        self._shown = np.array([*characters, *MASK_SHOWN * (1 + has_end)])   # END is cut off, the mask is shown

    @classmethod
    def fit(cls, text, has_end):
        """The alphabet of a text, in the order of Unicode."""
        return cls("".join(sorted(set(text))), has_end)

    def encode(self, text, length=None):
        """Ids `(T,)`; with END in the vocabulary, END follows the text and fills up to `length`."""
        return filled_up(self.encode_prompt(text), length, self.end, "characters")     # (T,)

    def encode_prompt(self, text):
        """Ids `(n,)` of the beginning of a text: no END, for it goes on."""
        points = _code_points(text)                                     # (n,)
        rank = np.searchsorted(self._sorted_points, points)             # (n,)
        rank = np.minimum(rank, len(self._sorted_points) - 1)
        unseen = np.flatnonzero(self._sorted_points[rank] != points)
        if unseen.size:
            raise say("text", f"only the {len(self.characters)} characters of the training text",
                      _listed(text, unseen), "The model has never seen them and cannot know what follows.")
        return self._id_of_rank[rank]                                   # (n,)

    def decode(self, tokens):
        """The text up to the first END; a place that is still masked shows as `·`."""
        tokens = np.asarray(tokens, np.int64)
        expect_shape("tokens", tokens, (None,), hint="Decode one canvas at a time.")
        expect_tokens("tokens", tokens, self.vocab_size, masks_allowed=True)
        if self.has_end and self.end in tokens:
            tokens = tokens[:np.argmax(tokens == self.end)]
        return "".join(self._shown[tokens].tolist())

    def settings(self):
        """What a checkpoint keeps, fit for JSON."""
        return {"codec": "characters", "characters": self.characters, "has_end": self.has_end}

    @classmethod
    def from_settings(cls, settings):
        return cls(settings["characters"], settings["has_end"])


def filled_up(tokens, length, end, pieces):
    """Tokens (n,) with END behind them up to ``length``, one END without it: (T,). Where there is no END (None) they fill a row alone.

    ``pieces`` is what a UserError calls them: "characters".
    """
    if end is not None:
        size = len(tokens) + 1 if length is None else length
        if len(tokens) >= size:
            raise say("text", f"at most {size - 1} {pieces} and END", f"{len(tokens)} {pieces}")
        return np.append(tokens, np.full(size - len(tokens), end))
    if length not in (None, len(tokens)):
        raise say("text", f"{length} {pieces}", len(tokens), "Without END nothing can fill up a row.")
    return tokens


def _code_points(text):
    # A terminal hands over bytes it cannot read as lone surrogates; let them pass, so that
    # they end as "never seen" and not as a stack trace.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)


def _listed(text, places):
    """`'é' at character 3, '€' at character 9`: each once, where it first stands, five at most."""
    first = {}
    for place in places:
        first.setdefault(text[place], place + 1)
    shown = [f"{character!r} at character {place}" for character, place in list(first.items())[:5]]
    more = f" and {len(first) - 5} more" if len(first) > 5 else ""
    return ", ".join(shown) + more


def read_text(path):
    """A UTF-8 text file as one string; every end of line becomes a newline."""
    path = Path(path)
    if path.is_dir():
        raise say("data", "a text file", f"the folder {path}", "Name the file inside it.")
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise say("data", "a text file", f"{path}, which does not exist", "Is the path right?") from None
    except (OSError, ValueError) as error:      # ValueError: a path with a NUL in it
        raise say("data", "a text file that can be read", f"{path} ({error})") from None
    if b"\0" in raw:
        raise say("data", "a text file", f"{path}, which is binary",
                  "Is it a picture, an archive or UTF-16? Save it as UTF-8 text.")
    try:
        text = raw.decode("utf-8-sig")          # drops a byte order mark
    except UnicodeDecodeError as error:
        raise say("data", "a text file in UTF-8", f"{path}, which is not at byte {error.start + 1}",
                  "Save it as UTF-8, or is it a binary file?") from None
    if not text.strip():
        raise say("data", "a text to learn from", f"{path}, which is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shakespeare(row_length):
    """Nine plays and the sonnets as one running text.

    Held out is the last tenth: a page of *The Merchant of Venice*, then the whole of *Much Ado
    About Nothing*, of which training has seen no line.
    """
    return _running_text((ASSETS / "shakespeare.txt").read_text("utf-8"), row_length)


def poems():
    """9,262 Tang quatrains (絕句): four lines of five or of seven characters, then END."""
    lines = (ASSETS / "tang_quatrains.txt").read_text("utf-8").splitlines()
    return _lines("poems", _shuffled([line.split("\t")[0] for line in lines]))


def names():
    """7,563 English first names, lower case, then END."""
    return _lines("names", _shuffled((ASSETS / "names.txt").read_text("utf-8").split()))


def text_file(path, row_length, lines=False):
    """Any text of your own: the first nine tenths train, the last tenth validates.

    Parameters
    ----------
    path : str or Path
        UTF-8.
    row_length : int
        T, characters in a row of a running text.
    lines : bool
        Each line that is not empty is an item of its own and ends in END. A line that stands in
        the file twice counts once: what is held out must not have been learned.

    Raises
    ------
    UserError
        The file cannot be read as text, is too short, has a line that is too long, or has too
        many different characters.
    """
    text = read_text(path)
    different = len(set(text))
    if different > MOST_CHARACTERS:
        raise say("data", f"at most {MOST_CHARACTERS} different characters", different,
                  "Is this really a text?")
    if not lines:
        expect_range("row_length", row_length, 1)
        if len(text) < FEWEST_ROWS * row_length:
            raise say("data", f"at least {FEWEST_ROWS * row_length} characters "
                              f"({FEWEST_ROWS} rows of {row_length})", f"{len(text)} in {Path(path).name!r}",
                      "There is too little to learn from: take a longer text.")
        return _running_text(text, row_length)

    items = {}                                  # a dict keeps the order of the file
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip()
        if len(line) > LONGEST_LINE:
            raise say("data", f"lines of at most {LONGEST_LINE} characters",
                      f"{len(line)} in line {number} of {path}",
                      "With lines, each line is one item; leave it out for a running text.")
        if line:
            items[line] = None
    if len(items) < FEWEST_ROWS:
        raise say("data", f"at least {FEWEST_ROWS} different lines", f"{len(items)} in {Path(path).name!r}",
                  "With lines, each line is one item; leave it out for a running text.")
    return _lines("lines", list(items))


def _running_text(text, row_length):
    codec = CharCodec.fit(text, has_end=False)
    tokens = codec.encode(text)                                         # (n,)
    cut = nine_tenths(len(tokens))
    return Stream("text", codec, tokens[:cut], tokens[cut:], row_length)


def _lines(kind, items):
    """Items that end in END, padded with END to the longest and one more: END is always there."""
    codec = CharCodec.fit("".join(items), has_end=True)
    longest = max(len(item) for item in items)
    tokens = np.stack([codec.encode(item, longest + 1) for item in items])      # (N, T)
    cut = nine_tenths(len(tokens))
    return Items(kind, codec, tokens[:cut], tokens[cut:])


def _shuffled(items):
    """Always the same order: the split is part of the data, not of the luck."""
    return [items[i] for i in np.random.default_rng(0).permutation(len(items))]


def nine_tenths(n):
    """Where the last tenth begins."""
    return n * 9 // 10
