"""Characters in and out, the shipped texts, and every way a text file can be wrong."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import minigen.data
from minigen.data import CharCodec, codec_from_settings, names, poems, read_text, shakespeare, text_file
from minigen.data.text import LONGEST_LINE, nine_tenths
from minigen.errors import UserError

ASSETS = Path(minigen.data.__file__).with_name("assets")
RANDOM_ALPHABET = "aeiou ,.\n·一個一次到位你好🙂é" + chr(0x20000)


def random_texts(codec, n=200):
    rng = np.random.default_rng(0)
    for _ in range(n):
        yield "".join(rng.choice(list(codec.characters), rng.integers(0, 30)))


# --- CharCodec -----------------------------------------------------------------------------

@pytest.mark.parametrize("has_end", [True, False])
def test_decode_undoes_encode(has_end):
    codec = CharCodec.fit(RANDOM_ALPHABET, has_end)
    for text in random_texts(codec):
        tokens = codec.encode(text)
        assert tokens.dtype == np.int64
        assert codec.decode(tokens) == text


def test_decode_undoes_encode_with_padding():
    codec = CharCodec.fit(RANDOM_ALPHABET, has_end=True)
    for text in random_texts(codec):
        tokens = codec.encode(text, length=40)
        assert tokens.shape == (40,)
        assert (tokens[:len(text)] != codec.end).all() and (tokens[len(text):] == codec.end).all()
        assert codec.decode(tokens) == text


def test_ids_are_those_of_a_dictionary_in_any_order_of_characters():
    codec = CharCodec("zaymb一é", has_end=False)
    by_hand = {character: i for i, character in enumerate("zaymb一é")}
    assert codec.encode("baz一mé").tolist() == [by_hand[character] for character in "baz一mé"]


def test_vocabulary_end_and_mask():
    with_end, without = CharCodec("ab", True), CharCodec("ab", False)
    assert (with_end.vocab_size, with_end.end) == (3, 2)
    assert (without.vocab_size, without.end) == (2, None)
    assert with_end.decode([0, 3, 1, 2, 0]) == "a·b"
    assert without.decode([2, 1]) == "·b"


def test_fit_sorts_and_counts_once():
    assert CharCodec.fit("banana", False).characters == "abn"


def test_prompt_has_no_end():
    codec = CharCodec("abn", has_end=True)
    assert codec.encode_prompt("ban").tolist() == [1, 0, 2]
    assert codec.encode_prompt("").shape == (0,)


def test_settings_survive_json():
    codec = CharCodec.fit(RANDOM_ALPHABET, True)
    again = codec_from_settings(json.loads(json.dumps(codec.settings())))
    assert (again.characters, again.end, again.vocab_size) == (codec.characters, codec.end, codec.vocab_size)


@pytest.mark.parametrize("settings", [{}, None, {"codec": "sound"}, {"codec": "characters"},
                                      {"codec": "characters", "characters": "", "has_end": True},
                                      {"codec": "characters", "characters": 3, "has_end": True}])
def test_foreign_settings_are_refused(settings):
    with pytest.raises(UserError):
        codec_from_settings(settings)


@pytest.mark.parametrize("text, complaint", [
    ("ab€a", "'€' at character 3"),
    ("xay", "'x' at character 1, 'y' at character 3"),
    ("a\n", r"'\\n' at character 2"),
    ("a\udce9", r"'\\udce9' at character 2"),      # what a terminal makes of a byte that is not UTF-8
    ("0123456789", "'4' at character 5 and 5 more"),
])
def test_a_character_never_seen_is_named(text, complaint):
    codec = CharCodec("ab", has_end=True)
    for encode in (codec.encode, codec.encode_prompt):
        with pytest.raises(UserError, match=complaint):
            encode(text)


def test_lengths_that_do_not_fit():
    with pytest.raises(UserError, match="at most 2 characters and END, got 3"):
        CharCodec("ab", True).encode("aba", length=3)
    with pytest.raises(UserError, match="Without END"):
        CharCodec("ab", False).encode("ab", length=3)


def test_bad_alphabets_and_tokens():
    with pytest.raises(UserError, match="at least one"):
        CharCodec("", True)
    with pytest.raises(UserError, match="every character once"):
        CharCodec("aba", True)
    with pytest.raises(UserError, match="ids from 0 to 3"):
        CharCodec("ab", True).decode([0, 4])
    with pytest.raises(UserError, match="one canvas at a time"):
        CharCodec("ab", True).decode([[0, 1]])


# --- the shipped texts ---------------------------------------------------------------------

def test_shipped_files_are_the_ones_described():
    """sha256 in assets/README.md is that of the file beside it"""
    listed = [line.split() for line in (ASSETS / "README.md").read_text("utf-8").splitlines()
              if len(line.split()) == 2 and len(line.split()[0]) == 64]
    assert {name for _, name in listed} == {path.name for path in ASSETS.iterdir()} - {"README.md"}
    for digest, name in listed:
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest, name


def test_shakespeare():
    data = shakespeare(64)
    assert len(data.train_stream) + len(data.valid_stream) == 1_270_953
    assert len(data.train_stream) == nine_tenths(1_270_953)
    assert (data.codec.vocab_size, data.codec.end) == (80, None)
    text = data.codec.decode(np.concatenate([data.train_stream, data.valid_stream]))
    assert text == (ASSETS / "shakespeare.txt").read_text("utf-8")
    assert "MUCH ADO ABOUT NOTHING" in data.codec.decode(data.valid_stream)
    assert "MUCH ADO ABOUT NOTHING" not in data.codec.decode(data.train_stream)


@pytest.mark.parametrize("load, n, length, vocab_size", [(poems, 9262, 33, 2655), (names, 7563, 14, 27)])
def test_poems_and_names(load, n, length, vocab_size):
    data = load()
    assert len(data.train) == nine_tenths(n) and len(data.train) + len(data.valid) == n
    assert (data.length, data.codec.vocab_size, data.codec.end) == (length, vocab_size, vocab_size - 1)
    every = np.concatenate([data.train, data.valid])
    assert len(np.unique(every, axis=0)) == n           # so none is in both
    ended = every == data.codec.end
    assert ended[:, -1].all() and not ended[:, 0].any()
    assert (np.diff(ended.astype(int), axis=1) >= 0).all()      # after the first END only END
    assert np.array_equal(load().train, data.train)             # the split is no luck


def test_poems_are_quatrains():
    data = poems()
    written = [line.split("\t")[0] for line in
               (ASSETS / "tang_quatrains.txt").read_text("utf-8").splitlines()]
    decoded = [data.codec.decode(row) for row in np.concatenate([data.train, data.valid])]
    assert sorted(decoded) == sorted(written)
    assert sum(len(poem) == 24 for poem in decoded) == 2564
    assert sum(len(poem) == 32 for poem in decoded) == 6698
    order = np.random.default_rng(0).permutation(9262)
    assert decoded[0] == written[order[0]] and decoded[-1] == written[order[-1]]


# --- a text of one's own -------------------------------------------------------------------

def write(tmp_path, content, name="mine.txt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfa\nb\nc", b"a\r\nb\r\nc", b"a\rb\rc"])
def test_read_text_forgives_marks_and_line_ends(tmp_path, raw):
    path = write(tmp_path, raw)
    assert read_text(path) == read_text(str(path)) == "a\nb\nc"


@pytest.mark.parametrize("raw, complaint", [
    (b"", "empty"), (b" \n\n", "empty"), (b"\xef\xbb\xbf", "empty"),
    (b"\x89PNG\r\n\x1a\n\0\0", "binary"), ("text".encode("utf-16"), "binary"),
    (b"caf\xe9 au lait", "not at byte 4"),
])
def test_read_text_refuses(tmp_path, raw, complaint):
    with pytest.raises(UserError, match=complaint):
        read_text(write(tmp_path, raw))


def test_read_text_without_a_file(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="does not exist"):
        read_text(tmp_path / "nothing.txt")
    with pytest.raises(UserError, match="the folder"):
        read_text(tmp_path)
    with pytest.raises(UserError, match="can be read"):
        read_text(write(tmp_path, "text") / "inside.txt")       # a file is no folder
    with pytest.raises(UserError):
        read_text("with\0nul")

    def refuse(self):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(Path, "read_bytes", refuse)             # root may read everything: pretend
    with pytest.raises(UserError, match="Permission denied"):
        read_text(tmp_path / "mine.txt")


def test_running_text(tmp_path):
    text = "".join(np.random.default_rng(0).choice(list("abc 一\n"), 1000))
    data = text_file(write(tmp_path, text), 16)
    assert data.codec.decode(data.train_stream) == text[:900]
    assert data.codec.decode(data.valid_stream) == text[900:]
    assert data.length == 16


def test_lines_in_the_order_of_the_file(tmp_path):
    lines = [f"line {i}" for i in range(30)]
    data = text_file(write(tmp_path, "\n\n".join(lines) + "\n  \nline 3\n"), 16, lines=True)
    assert [data.codec.decode(row) for row in data.train] == lines[:27]
    assert [data.codec.decode(row) for row in data.valid] == lines[27:]     # the second "line 3" counts once
    assert data.length == len("line 29") + 1


def test_texts_that_are_too_short(tmp_path):
    text_file(write(tmp_path, "a" * 320), 16)
    with pytest.raises(UserError, match="at least 320 characters"):
        text_file(write(tmp_path, "a" * 319), 16)
    with pytest.raises(UserError, match="at least 20 different lines, got 19"):
        text_file(write(tmp_path, "\n".join(map(str, range(19)))), 16, lines=True)
    with pytest.raises(UserError, match="row_length"):
        text_file(write(tmp_path, "a" * 320), 0)


def test_a_line_that_is_too_long_is_named(tmp_path):
    lines = [str(i) for i in range(30)]
    lines[6] = "x" * (LONGEST_LINE + 1)
    with pytest.raises(UserError, match=f"{LONGEST_LINE + 1} in line 7"):
        text_file(write(tmp_path, "\n".join(lines)), 16, lines=True)


def test_too_many_different_characters(tmp_path):
    with pytest.raises(UserError, match="different characters, got 20001"):
        text_file(write(tmp_path, "".join(map(chr, range(0x20000, 0x20000 + 20001)))), 16)
