"""Merges against a plain count, cuts against plain merging, and a codec that undoes itself on whatever can be written."""

import doctest
import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minigen.data import PieceCodec, codec_from_settings, word_pieces
from minigen.data.text import ASSETS
from minigen.data.word_pieces import BYTES, Merges, apply_merges, learn_merges, runs
from minigen.errors import UserError

often = settings(max_examples=200, deadline=None, database=None)
anything = st.text(st.characters() | st.sampled_from("aabn 床前明月é\u0301\n\0·1\ud83d\ude00😀"))     # lone surrogates too
words = st.text(st.sampled_from("ab") | st.sampled_from("abc床前"), max_size=9)
texts = st.dictionaries(words, st.integers(1, 5), max_size=8)


@pytest.fixture(scope="module")
def shakespeare():
    return (ASSETS / "shakespeare.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def poems():
    return [line.split("\t")[0] for line in (ASSETS / "tang_quatrains.txt").read_text("utf-8").splitlines()]


# --- learning ------------------------------------------------------------------------------

def merged(pieces, pair):
    """The pieces after one merge, from left to right."""
    pieces, t = list(pieces), 0
    while t + 1 < len(pieces):
        if (pieces[t], pieces[t + 1]) == pair:
            pieces[t:t + 2] = ["".join(pair)]
        t += 1
    return pieces


def learned(counts, n):
    """The whole text is counted for every merge: a pair occurs as often as merging it makes the text shorter."""
    merges, cut = [], {word: list(word) for word in counts}
    while len(merges) < n:
        saved = {pair: sum(times * (len(cut[word]) - len(merged(cut[word], pair))) for word, times in counts.items())
                 for pieces in cut.values() for pair in pairwise(pieces)}
        if not saved:
            break
        merges.append(min(saved, key=lambda pair: (-saved[pair], pair)))
        cut = {word: merged(pieces, merges[-1]) for word, pieces in cut.items()}
    return merges


@often
@given(texts, st.integers(0, 30))
@example({"aaaa": 1, "aaa": 2, "baaab": 1}, 9)
@example({"abab": 1, "cdcd": 1}, 9)                      # ties
@example({"ba": 9, "ab": 5, "abc": 3, "aab": 4}, 9)
@example({"床前明月光": 2, "明月": 3, "月光": 3}, 9)
def test_merges_are_those_of_a_plain_count(counts, n):
    given_counts = dict(counts)
    assert learn_merges(counts, n) == learned(counts, n)
    assert counts == given_counts


@often
@given(texts)
def test_learned_to_the_end_every_word_is_whole(counts):
    """And no two merges build the same piece: what is merged wherever it stands does not come back."""
    merges = learn_merges(counts, 1000)
    assert all(apply_merges(word, merges) == [word] for word in counts if word)
    assert len(set(map("".join, merges))) == len(merges)


def test_real_words_are_learned_as_a_plain_count_would(shakespeare):
    counts = Counter(runs(shakespeare[:1000]))
    assert learn_merges(counts, 40) == learned(counts, 40)


def test_fewer_merges_are_the_beginning_of_more(poems):
    counts = Counter(runs("\n".join(poems[:300])))
    more = learn_merges(counts, 200)
    assert len(more) == 200
    assert [learn_merges(counts, n) for n in (0, 1, 50)] == [more[:n] for n in (0, 1, 50)]


def test_unbreakable(shakespeare):
    """The lecture's word, cut with what nine plays and the sonnets have taught; nothing is listed by hand."""
    text = shakespeare.lower()
    assert "unbreakable" not in text
    merges = learn_merges(Counter(word for word in runs(text) if word[0].isalpha()), 4000)
    assert len(merges) == 4000
    for n in (926, 1000, 2000, 4000):
        assert apply_merges("unbreakable", merges[:n]) == ["un", "break", "able"], n
    codec = PieceCodec.fit(shakespeare, 2000, lower=True)         # it merges what stands between words too
    assert codec.pieces("Unbreakable, unbreakable!") == ["un", "break", "able", ", ", "un", "break", "able", "!"]


@pytest.mark.parametrize("counts, n, complaint", [
    ({"ab": 0}, 1, "counts: expected words, each at least once, got 'ab': 0"), ({"ab": -2}, 1, "'ab': -2"),
    ({"ab": 1.5}, 1, "'ab': 1.5"), ({"ab": "7"}, 1, "'ab': '7'"), ({("a", "b"): 1}, 1, "words"), ({"ab": 1}, -1, "n: expected at least 0"),
])
def test_counts_that_cannot_be(counts, n, complaint):
    with pytest.raises(UserError, match=complaint):
        learn_merges(counts, n)


# --- cutting -------------------------------------------------------------------------------

def plainly(word, merges):
    pieces = list(word)
    for pair in merges:
        pieces = merged(pieces, pair)
    return pieces


pieces_of_two = st.text(st.sampled_from("ab"), min_size=1, max_size=3)


@often
@given(st.text(st.sampled_from("abc"), max_size=12), st.lists(st.tuples(pieces_of_two, pieces_of_two), max_size=12))
@example("abc", [("a", "bc"), ("b", "c")])               # what a later merge builds, an earlier one does not see
@example("aabb", [("aa", "b"), ("a", "a"), ("aa", "b")])            # unless it stands there again
@example("abc", [("a", "b"), ("b", "c"), ("a", "b")])    # a pair that is named twice goes where it is named first
@example("aaaaa", [("a", "a"), ("aa", "a"), ("aa", "aa")])
def test_words_are_cut_as_by_plain_merging(word, merges):
    """Any merges in any order, also such as no text would teach."""
    assert apply_merges(word, merges) == apply_merges(word, Merges(merges)) == plainly(word, merges)


@often
@given(texts, words)
def test_words_new_and_old_are_cut_as_learned(counts, word):
    merges = learn_merges(counts, 20)
    assert all(apply_merges(each, merges) == plainly(each, merges) for each in [*counts, word])


@pytest.mark.parametrize("merge", [("a",), ("a", "b", "c"), ("a", ""), ("a", 3), "ab", None])
def test_merges_that_are_none(merge):
    with pytest.raises(UserError, match="merges: expected pairs of pieces"):
        apply_merges("ab", [("a", "b"), merge])


# --- runs ----------------------------------------------------------------------------------

@often
@given(anything)
def test_runs_are_the_text(text):
    """Cut in two anywhere, a text has the runs of its parts, or one that goes across."""
    cut = runs(text)
    assert "".join(cut) == text and all(cut)
    for t in range(1, len(text)):
        parts = runs(text[:t]) + runs(text[t:])
        assert len(parts) - len(cut) in (0, 1)


def test_words_of_many_scripts():
    """Accents of their own and vowel signs belong to the word; apostrophes, digits and line ends do not."""
    for text in ("unbreakable", "Élan", "e\u0301lan", "床前明月光", "हिन्दी", "ภาษาไทย", "עִבְרִית", "ㄓㄨㄥ"):
        assert runs(f"{text}, {text}") == [text, ", ", text]
    assert runs("feed'st 1609.\n\nO!") == ["feed", "'", "st", " ", "1609", ".\n\n", "O", "!"]


# --- the codec -----------------------------------------------------------------------------

SMALL = "unbreakable breakable unbreak able banana 床前明月光，床前明月光。月光 12 12\n"


@often
@given(anything, st.sampled_from([(n, has_end, lower) for n in (0, 5, 40) for has_end in (False, True) for lower in (False, True)]))
@example("\ud83d\ude00 \udce9", (40, True, False))       # two halves that are not one, and a byte that a terminal could not read
@example("·\0\ufffd\U0010ffff", (40, True, False))
def test_decode_undoes_encode(text, form):
    """Every string there is: characters never seen, halves of pairs, NUL; with ``lower`` all but capitals."""
    codec = made(*form)
    want = text.lower() if codec.lower else text
    for tokens in (codec.encode(text), codec.encode_prompt(text)):
        assert tokens.dtype == np.int64 and tokens.ndim == 1
        assert codec.decode(tokens) == want
    assert "".join(codec.pieces(text)) == want
    if codec.has_end:
        tokens = codec.encode(text, length=len(tokens) + 7)
        assert (tokens[-7:] == codec.end).all() and codec.decode(tokens) == want


def made(n, has_end, lower, known={}):
    """Each codec is learned once."""
    if (n, has_end, lower) not in known:
        known[n, has_end, lower] = PieceCodec.fit(SMALL, n, has_end, lower)
    return known[n, has_end, lower]


def test_the_shipped_texts_come_back(shakespeare, poems):
    codec = PieceCodec.fit(shakespeare, 1000)
    tokens = codec.encode(shakespeare)
    assert codec.decode(tokens) == shakespeare
    assert tokens.min() >= BYTES and len(tokens) < len(shakespeare) / 2       # nothing is spelt in bytes
    codec = PieceCodec.fit("\n".join(poems), 1000, has_end=True)
    assert all(codec.decode(codec.encode(poem, length=40)) == poem for poem in poems[:1000])


def test_merges_never_cross_the_edge_of_a_word(poems):
    """Every piece lies within one run, in a text that was learned and in another."""
    codec = PieceCodec.fit(SMALL * 3, 200)
    for text in (SMALL, *poems[:20]):
        edges, ends = np.cumsum([len(run) for run in runs(text)]), np.cumsum([len(piece) for piece in codec.pieces(text)])
        assert set(edges) <= set(ends)
    assert codec.pieces("床前明月光，12") == ["床前明月光", "，", "12"]             # so many merges make whole words


def test_vocabulary_end_and_mask():
    with_end, without = PieceCodec("ab", [("a", "b"), ("ab", "a")], True), PieceCodec("ab", [("a", "b"), ("ab", "a")], False)
    assert (with_end.vocab_size, with_end.end) == (BYTES + 5, BYTES + 4)
    assert (without.vocab_size, without.end) == (BYTES + 4, None)
    assert with_end.encode("abaa", length=5).tolist() == [BYTES + 3, BYTES, *[BYTES + 4] * 3]
    assert with_end.decode([BYTES + 3, BYTES + 5, BYTES + 1, BYTES + 4, BYTES]) == "aba·b"
    assert without.decode([BYTES + 4, BYTES + 2]) == "·ab"
    assert with_end.encode_prompt("").shape == (0,) and with_end.encode("").tolist() == [BYTES + 4]


def test_a_piece_that_is_built_in_two_ways_has_one_id():
    codec = PieceCodec("abc", [("b", "c"), ("a", "bc"), ("a", "b"), ("ab", "c")], False)
    assert codec.vocab_size == BYTES + 3 + 3                      # bc, abc, ab
    assert codec.decode(codec.encode("abcab")) == "abcab"


def test_ids_are_pieces_and_bytes_as_by_hand():
    """Known pieces have an id each, a character never seen those of its UTF-8."""
    codec = PieceCodec("abn", [("a", "n")], False)
    assert codec.pieces("banéan") == ["b", "an", "é", "an"]
    assert codec.encode("banéan").tolist() == [BYTES + 1, BYTES + 3, 0xC3, 0xA9, BYTES + 3]


HALF = dict.fromkeys((0xC3, 0xE5, 0xF0, 0xFF), "\ufffd")     # bytes that begin a character, or none at all
SHOWN = HALF | {BYTES: "a", BYTES + 1: "b", BYTES + 2: "ab", BYTES + 3: "aba", BYTES + 5: "·"}


@often
@given(st.lists(st.sampled_from(list(SHOWN)), max_size=12), st.lists(st.integers(0, BYTES + 5), max_size=12))
def test_whatever_a_model_draws_can_be_shown(tokens, others):
    """Bytes that make no character show as U+FFFD each, and spoil nothing beside them."""
    codec = PieceCodec("ab", [("a", "b"), ("ab", "a")], True)
    assert codec.decode(tokens) == codec.decode([*tokens, codec.end, *others]) == "".join(SHOWN[token] for token in tokens)
    assert isinstance(codec.decode(others), str)


def test_settings_survive_json():
    for text in (SMALL, "\ud83d\ude00ab ab"):                     # in JSON the two halves would become one character
        codec = PieceCodec.fit(text, 20, has_end=True, lower=True)
        again = codec_from_settings(json.loads(json.dumps(codec.settings())))
        assert isinstance(again, PieceCodec) and again.settings() == codec.settings()
        assert (again.vocab_size, again.end) == (codec.vocab_size, codec.end)
        assert again.encode(SMALL + text).tolist() == codec.encode(SMALL + text).tolist()


@pytest.mark.parametrize("change", [{"characters": ""}, {"characters": 3}, {"characters": "aab"}, {"characters": ["a", 3]}, {"merges": None},
                                    {"merges": [["a", "c"]]}, {"merges": [["ab", "a"], ["a", "b"]]}, {"merges": ["ab"]}, {"codec": "piece"}])
def test_foreign_settings_are_refused(change):
    sound = PieceCodec("ab", [("a", "b"), ("ab", "a")], True).settings()
    assert codec_from_settings(sound).vocab_size == BYTES + 5
    with pytest.raises(UserError):
        codec_from_settings(sound | change)


def test_the_examples_are_true():
    tried = doctest.testmod(word_pieces)
    assert tried.attempted > 5 and not tried.failed


def test_bad_input():
    with pytest.raises(UserError, match="characters: expected a string of at least one"):
        PieceCodec.fit("", 10)
    with pytest.raises(UserError, match="n_merges: expected at least 0, got -1"):
        PieceCodec.fit("ab", -1)
    codec = PieceCodec("ab", [("a", "b")], True)
    with pytest.raises(UserError, match="at most 1 pieces and END, got 2"):
        codec.encode("aba", length=2)
    with pytest.raises(UserError, match="Without END"):
        PieceCodec("ab", [], False).encode("ab", length=3)
    with pytest.raises(UserError, match=f"ids from 0 to {BYTES + 4}"):
        codec.decode([BYTES + 5])
    with pytest.raises(UserError, match="one canvas at a time"):
        codec.decode([[0, 1]])


def test_long_runs_without_an_edge_are_learned_and_cut():
    """100,000 letters without a space, and as many of one letter: work grows with the text, not with its square."""
    one = "a" * 100_000
    assert PieceCodec.fit(one, 12).pieces(one)[0] == "a" * 2 ** 12
    many = "".join(np.random.default_rng(0).choice(list("abcdefgh"), 100_000))
    codec = PieceCodec.fit(many, 300)
    assert len(codec.merges) == 300 and codec.decode(codec.encode(many)) == many
