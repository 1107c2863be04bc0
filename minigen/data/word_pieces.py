"""Word pieces: `un` `break` `able`. What to merge is learned from a text, in any script.

Byte pair encoding (Gage, 1994; Sennrich, Haddow and Birch, 2016): begin with single characters and merge, again and again,
the two neighbours inside a word that stand next to each other most often. Pairs do not overlap ("aaa" holds (a, a) once,
"aaaa" twice), and of pairs that are equally frequent the smallest is merged, in the order of Python's tuples.

Done plainly, every merge counts the whole text again. Here each pair remembers where it stands, so a merge touches those
places only; and since counts of pairs only fall, a pair is counted again when it seems the best, not before (Minoux, 1978).
"""

import heapq
import unicodedata
from collections import Counter, defaultdict
from functools import cached_property
from itertools import groupby
from numbers import Integral

import numpy as np

from minigen.data.text import MASK_SHOWN, filled_up
from minigen.errors import expect_range, expect_shape, expect_tokens, say

BYTES = 256                     # ids that spell a character never seen
KINDS = {"L": "word", "M": "word", "N": "number"}     # by the first letter of Unicode's category: letters, their marks, numbers


def runs(text):
    """A text cut into words, numbers and what stands between them; put together they are the text.

    A word is a run of letters with their accents and vowel signs, in Chinese a run of characters.

    >>> runs("O, 床前明月光！ 1609")
    ['O', ', ', '床前明月光', '！ ', '1609']
    """
    kind = {character: KINDS.get(unicodedata.category(character)[0], "between") for character in set(text)}
    return ["".join(run) for _, run in groupby(text, kind.__getitem__)]


class Merges(tuple):
    """Merges in the order learned: pairs of pieces. The ranks of each pair are looked up once, not for every word."""

    def __new__(cls, merges):
        for merge in merges:
            if not (isinstance(merge, (tuple, list)) and len(merge) == 2 and all(isinstance(piece, str) and piece for piece in merge)):
                raise say("merges", "pairs of pieces", repr(merge))
        return super().__new__(cls, map(tuple, merges))

    @cached_property
    def ranks(self):
        """pair -> its places among the merges: one, if they were learned; made up by hand they may hold a pair twice."""
        ranks = defaultdict(list)
        for rank, pair in enumerate(self):
            ranks[pair].append(rank)
        return dict(ranks)


def learn_merges(counts, n):
    """Learn which neighbours to merge.

    Parameters
    ----------
    counts : dict of str to int
        How often each word occurs, at least once each.
    n : int
        How many merges to learn at most. Fewer, when no word has two pieces left.

    Returns
    -------
    list of (str, str)
        The left and the right piece of each merge, in the order learned. Fewer merges of the same text are its beginning.

    >>> learn_merges({"low": 5, "lower": 2, "newest": 6, "widest": 3}, 4)
    [('e', 's'), ('es', 't'), ('l', 'o'), ('lo', 'w')]
    """
    _expect_counts(counts)
    expect_range("n", n, 0, hint="How many merges should be learned?")
    # All words in one row, an empty piece before and after each. A piece stands where it begins; `after` and `before` lead
    # from piece to piece, and what was merged into its left neighbour is None.
    pieces, often = [""], [0]
    for word, times in counts.items():
        pieces += [*word, ""]
        often += [times] * (len(word) + 1)
    before, after = list(range(-1, len(pieces) - 1)), list(range(1, len(pieces) + 1))

    where = defaultdict(list)                       # pair -> where its left piece stands, or once stood
    for t, pair in enumerate(zip(pieces, pieces[1:])):
        if all(pair):
            where[pair].append(t)
    queue = [(-sum(often[t] for t in places), pair) for pair, places in where.items()]     # at most so often
    heapq.heapify(queue)

    merges = []
    while queue and len(merges) < n:
        claimed, (left, right) = heapq.heappop(queue)
        # A piece can be built in one way only, so all places of a pair were noted in one sweep, from left to right.
        standing = [t for t in where.pop((left, right)) if pieces[t] == left and pieces[after[t]] == right]
        places, taken = [], -1
        for t in standing:                          # those that do not overlap
            if t > taken:
                places.append(t)
                taken = after[t]
        count = sum(often[t] for t in places)
        if count < -claimed:                        # others may be more frequent by now: back into the queue
            if count:
                where[left, right] = standing
                heapq.heappush(queue, (-count, (left, right)))
            continue

        merges.append((left, right))
        made, new = left + right, set()
        for t in places:
            gone, last, following = after[t], before[t], after[after[t]]
            pieces[t], pieces[gone], after[t], before[following] = made, None, following, t
            for at, pair in ((last, (pieces[last], made)), (t, (made, pieces[following]))):
                if all(pair):
                    where[pair].append(at)
                    new.add(pair)
        for pair in new:
            heapq.heappush(queue, (-sum(often[t] for t in where[pair]), pair))
    return merges


def apply_merges(word, merges):
    """Cut a word into pieces with merges that were learned before.

    Parameters
    ----------
    word : str
        May be empty, and have characters that no merge knows.
    merges : list of (str, str), or Merges
        In the order learned. Each is applied once, from left to right; what a later merge builds, an earlier one does not see.
        For many words pass ``Merges(merges)``.

    Returns
    -------
    list of str
        The pieces; put together they are the word.

    >>> apply_merges("unable", [("u", "n"), ("b", "l"), ("bl", "e"), ("a", "ble")])
    ['un', 'able']
    """
    merges = merges if isinstance(merges, Merges) else Merges(merges)
    pieces, end = list(word), len(word)
    before, after = list(range(-1, end - 1)), list(range(1, end + 1))
    queue = []                                      # (rank, place): the merge learned first goes first, then the one on the left

    def wait(t, done=-1):
        """The pair at t, if it is one, waits for its first merge that comes after the one being done."""
        if t >= 0 and after[t] < end:
            for rank in merges.ranks.get((pieces[t], pieces[after[t]]), ()):
                if rank > done:
                    heapq.heappush(queue, (rank, t))
                    return

    for t in range(end):
        wait(t)
    while queue:
        rank, t = heapq.heappop(queue)
        gone = after[t]
        if gone < end and (pieces[t], pieces[gone]) == merges[rank]:        # no other merge has taken one of the two
            pieces[t], pieces[gone], after[t] = "".join(merges[rank]), None, after[gone]
            if after[t] < end:
                before[after[t]] = t
            wait(before[t], rank)
            wait(t, rank)
    return [piece for piece in pieces if piece]


class PieceCodec:
    """Word pieces to ids and back, for every string there is; END, where there is one, is the last id.

    The ids are 256 bytes, then the characters of the training text, then what the merges build. A character that was never
    seen is spelt in the bytes of its UTF-8, so nothing is refused and nothing lost; only a codec with ``lower`` gives
    back small letters for capitals.

    >>> codec = PieceCodec.fit("unable able able break breaks undo undone", 8)
    >>> codec.pieces("unbreakable!")
    ['un', 'break', 'able', '!']
    >>> codec.encode("able é")                  # é was never seen: two bytes
    array([270, 256, 195, 169])
    >>> codec.decode([270, 256, 195, 169, codec.vocab_size])        # the mask is id V
    'able é·'
    """

    def __init__(self, characters, merges, has_end, lower=False):
        if not isinstance(characters, str) or not characters:
            raise say("characters", "a string of at least one", repr(characters), "Is the text empty?")
        known = dict.fromkeys(characters)           # keeps the order
        if len(known) < len(characters):
            raise say("characters", "every character once", repr(characters[:40]))
        self.characters, self.merges = characters, Merges(merges)
        for left, right in self.merges:
            if left not in known or right not in known:
                raise say("merges", "pieces that the merges before have built", f"{left!r} + {right!r}", "Is their order the one learned?")
            known[left + right] = None              # one id, should two ways lead to the same piece
        self.has_end, self.lower = bool(has_end), bool(lower)
        self.vocab_size = BYTES + len(known) + self.has_end             # V; the mask is id V
        self.end = self.vocab_size - 1 if has_end else None
        self._id = {piece: id_ for id_, piece in enumerate(known, start=BYTES)}
        # Of END nothing shows; the mask comes last.
        self._bytes = [bytes([byte]) for byte in range(BYTES)] + [_utf8(piece) for piece in [*known, *[""] * self.has_end, MASK_SHOWN]]

    @classmethod
    def fit(cls, text, n_merges, has_end=False, lower=False):
        """The alphabet and the merges of a text; with ``lower`` it is read in small letters, then and ever after."""
        expect_range("n_merges", n_merges, 0, hint="How many merges should be learned?")
        text = text.lower() if lower else text
        text = text.encode("utf-8", "ignore").decode("utf-8")           # half a surrogate pair is no character: bytes will do
        return cls("".join(sorted(set(text))), learn_merges(Counter(runs(text)), n_merges), has_end, lower)

    def pieces(self, text):
        """How a text is cut, for showing: a list of str; a character never seen is one piece here, though several ids."""
        return [piece for run in self._runs(text) for piece in apply_merges(run, self.merges)]

    def encode(self, text, length=None):
        """Ids `(T,)`; with END in the vocabulary, END follows the text and fills up to `length`."""
        return filled_up(self.encode_prompt(text), length, self.end, "pieces")     # (T,)

    def encode_prompt(self, text):
        """Ids `(n,)` of the beginning of a text: no END, for it goes on."""
        tokens, met = [], {}                        # each word is cut once
        for run in self._runs(text):
            if run not in met:
                met[run] = [id_ for piece in apply_merges(run, self.merges) for id_ in self._spelt(piece)]
            tokens += met[run]
        return np.array(tokens, np.int64)                               # (n,)

    def decode(self, tokens):
        """The text up to the first END; a place that is still masked shows as `·`, bytes that make no character as U+FFFD."""
        tokens = np.asarray(tokens, np.int64)
        expect_shape("tokens", tokens, (None,), hint="Decode one canvas at a time.")
        expect_tokens("tokens", tokens, self.vocab_size, masks_allowed=True)
        if self.has_end and self.end in tokens:
            tokens = tokens[:np.argmax(tokens == self.end)]
        content = b"".join([self._bytes[id_] for id_ in tokens.tolist()])
        try:
            return content.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:                  # of a text that was encoded there is always the whole
            return content.decode("utf-8", "replace")

    def settings(self):
        """What a checkpoint keeps, fit for JSON."""
        return {"codec": "pieces", "characters": self.characters, "merges": [list(pair) for pair in self.merges],
                "has_end": self.has_end, "lower": self.lower}

    @classmethod
    def from_settings(cls, settings):
        return cls(settings["characters"], settings["merges"], settings["has_end"], settings["lower"])

    def _runs(self, text):
        return runs(text.lower() if self.lower else text)

    def _spelt(self, piece):
        """The id of a piece, or those of its bytes."""
        return [self._id[piece]] if piece in self._id else list(_utf8(piece))


def _utf8(text):
    # A terminal hands over bytes it cannot read as lone surrogates; three bytes spell such a one.
    return text.encode("utf-8", "surrogatepass")


def _expect_counts(counts):
    """Raise UserError unless each word occurs at least once."""
    for word, times in counts.items():
        if not isinstance(word, str) or not isinstance(times, Integral) or times < 1:
            raise say("counts", "words, each at least once", f"{word!r}: {times!r}", "Count them with collections.Counter.")
