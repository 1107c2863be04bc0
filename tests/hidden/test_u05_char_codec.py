"""Hidden tests of unit 05. Texts are made from random ids, so their ids are known before anything is encoded."""

import numpy as np

from minigen.course import expect

# English, Chinese, and characters that need more than 16 bits.
POOL = [*range(ord("a"), ord("z") + 1), *range(0x4E00, 0x4E40), *range(0x1F600, 0x1F640)]


def characters(rng, n):
    """n different characters from all parts of the pool, in no order."""
    return [chr(POOL[i]) for i in rng.permutation(len(POOL))[:n]]


def a_text(rng, n, alphabet):
    """n random ids, and the text that they stand for."""
    ids = rng.integers(len(alphabet), size=n)
    return ids, "".join([alphabet[i] for i in ids])


def is_text(got, want, name):
    assert isinstance(got, str), f"{name}: expected a string, got {type(got).__name__}"
    assert got == want, f"{name}: expected {want!r}, got {got!r}"


def outcome(function, *arguments):
    """The name of what was raised, "ValueError" for all its kinds; None if nothing was. (Who refuses every text has understood nothing.)"""
    expect.array(function("ba", "abc", 4), (4,), "i", "ids of a text that fits")
    try:
        function(*arguments)
    except NotImplementedError:
        raise
    except ValueError:
        return "ValueError"
    except Exception as error:
        return type(error).__name__
    return None


def test_the_alphabet_is_in_the_order_of_unicode(impl, rng):
    """the alphabet is in the order of Unicode, whatever the order of the text"""
    for n in (2, 10, 40, 100):
        text = characters(rng, n)
        want = "".join(chr(point) for point in sorted(map(ord, text)))
        if "".join(text) == want:                               # by chance in order already
            text.reverse()
        is_text(impl.learn_alphabet("".join(text)), want, f"the alphabet of {n} different characters")


def test_each_character_is_in_the_alphabet_once(impl, rng):
    """each character of the text is in the alphabet, once, and nothing else is"""
    for n in (1, 3, 30):
        different = characters(rng, n)
        text = different * 2 + list(rng.choice(different, 50))
        got = impl.learn_alphabet("".join(text[i] for i in rng.permutation(len(text))))
        assert isinstance(got, str), f"expected a string, got {type(got).__name__}"
        assert len(got) == n and set(got) == set(different), f"a text of {n} different characters has the alphabet {got!r}"


def test_no_two_characters_are_the_same(impl, rng):
    """capital and small letters, wide and narrow ones are different; spaces and line breaks are characters too"""
    for _ in range(3):
        small = rng.permutation(26)[:4] + ord("a")
        points = [10, 32, 0x3000, *small, *(small - 32), *(small + 0xFEE0)]         # a, A, wide a
        text = "".join([chr(points[i]) for i in rng.permutation(len(points))])
        is_text(impl.learn_alphabet(text), "".join(chr(point) for point in sorted(points)), f"the alphabet of {text!r}")


def test_blanks_and_capitals_come_back(impl, rng):
    """spaces and line breaks at both ends of a text, and capital letters in it, have ids of their own and come back"""
    for ends in ("  ", " \n", "\n "):
        alphabet = "".join([chr(point) for point in rng.permutation([10, 32, *range(65, 70), *range(97, 102)])])
        text = ends[0] + a_text(rng, 8, "abcdeABCDE")[1] + ends[1]
        ids = [alphabet.index(character) for character in text]
        expect.same(impl.encode(text, alphabet, 12), [*ids, 12, 12], f"ids of {text!r}")
        is_text(impl.decode(np.array([*ids, 12, 0]), alphabet), text, "a text that begins and ends with a blank")


def test_ids_are_positions_in_the_alphabet(impl, rng):
    """each id is the position of the character in the alphabet that is given, in whatever order that is"""
    for size, n in ((2, 5), (30, 1), (30, 12), (100, 60)):
        alphabet = "".join(characters(rng, size))
        ids, text = a_text(rng, n, alphabet)
        got = expect.array(impl.encode(text, alphabet, n + 1), (n + 1,), "i", f"ids of a text of {n} in {n + 1} places")
        expect.same(got[:n], ids, f"ids of a text of {n}")


def test_end_fills_up_the_row(impl, rng):
    """END follows the text in every place that is left, also of an empty text"""
    for n, left in ((0, 2), (1, 3), (7, 2), (7, 20)):
        alphabet = "".join(characters(rng, 10))
        _, text = a_text(rng, n, alphabet)
        got = expect.array(impl.encode(text, alphabet, n + left), (n + left,), "i", f"ids of a text of {n} in {n + left} places")
        expect.same(got[n:], [10] * left, f"what follows a text of {n}")


def test_without_a_length_there_is_one_end(impl, rng):
    """length None: as long as the text and one END"""
    for n in (0, 1, 9):
        alphabet = "".join(characters(rng, 12))
        _, text = a_text(rng, n, alphabet)
        got = expect.array(impl.encode(text, alphabet, None), (n + 1,), "i", f"ids of a text of {n}, no length given")
        expect.same(got[n:], [12], "the last id")


def test_a_text_as_long_as_the_row_is_refused(impl, rng):
    """a text that fills the whole row leaves no room for END: ValueError"""
    for n in (0, 1, 8):
        alphabet = "".join(characters(rng, 6))
        said = outcome(impl.encode, a_text(rng, n, alphabet)[1], alphabet, n)
        assert said == "ValueError", f"a text of {n} in {n} places: expected a ValueError, got {said or 'ids'}"


def test_a_text_longer_than_the_row_is_refused(impl, rng):
    """a text that is longer than the row is not cut in silence: ValueError"""
    for n, length in ((2, 1), (9, 4), (9, 8)):
        alphabet = "".join(characters(rng, 6))
        said = outcome(impl.encode, a_text(rng, n, alphabet)[1], alphabet, length)
        assert said == "ValueError", f"a text of {n} in {length} places: expected a ValueError, got {said or 'ids'}"


def with_a_stranger(rng):
    """A text with one character that is not in its alphabet, which is anywhere."""
    *known, stranger = characters(rng, 9)
    text = a_text(rng, 5, known)[1]
    at = int(rng.integers(6))
    return text[:at] + stranger + text[at:], "".join(known)


def test_an_unknown_character_is_not_passed_over(impl, rng):
    """a character that the alphabet does not have is never left out in silence, nor given an id"""
    for length in (7, 20, None):
        text, alphabet = with_a_stranger(rng)
        said = outcome(impl.encode, text, alphabet, length)
        assert said, "a character that is not in the alphabet: expected an error, got ids"


def test_an_unknown_character_is_a_value_error(impl, rng):
    """the error about an unknown character is a ValueError, not a KeyError or an IndexError"""
    for length in (7, 20, None):
        text, alphabet = with_a_stranger(rng)
        said = outcome(impl.encode, text, alphabet, length)
        assert said == "ValueError", f"a character that is not in the alphabet: expected a ValueError, got {said or 'ids'}"


def test_decode_undoes_encode(impl, rng):
    """decoding gives back the text that was encoded: long, short and empty, in any language"""
    for n, length in ((0, 1), (0, 5), (1, 2), (6, 7), (40, 64), (40, None)):
        alphabet = "".join(characters(rng, 25))
        _, text = a_text(rng, n, alphabet)
        is_text(impl.decode(impl.encode(text, alphabet, length), alphabet), text, f"a text of {n}, there and back")


def test_decoding_stops_at_the_first_end(impl, rng):
    """what follows the first END is thrown away: characters, masks and more END"""
    for n in (0, 1, 8):
        alphabet = "".join(characters(rng, 15))
        ids, text = a_text(rng, n, alphabet)
        behind = np.concatenate([rng.integers(15, size=3), rng.permutation([15, 16, 3, 4]), [15]])
        is_text(impl.decode(np.concatenate([ids, [15], behind]), alphabet), text, f"a text of {n}, END, and what follows")


def test_a_row_without_end_is_decoded_whole(impl, rng):
    """a row in which there is no END is text up to its last place"""
    for n in (1, 2, 30):
        alphabet = "".join(characters(rng, 20))
        ids, text = a_text(rng, n, alphabet)
        is_text(impl.decode(ids, alphabet), text, f"a row of {n} without END")


def test_masks_show_as_dots(impl, rng):
    """a place that is still masked shows as a dot, in its place"""
    for n, masks in ((1, 1), (6, 2), (6, 6)):
        alphabet = "".join(characters(rng, 8))
        ids, text = a_text(rng, n, alphabet)
        shown = list(text)
        for at in rng.permutation(n)[:masks]:
            ids[at], shown[at] = 9, "·"
        is_text(impl.decode(ids, alphabet), "".join(shown), f"a text of {n} with {masks} masks")


def test_arrays_of_any_kind(impl, rng):
    """int32 ids and ids that are not contiguous are decoded as well, and they stay as they were"""
    alphabet = "".join(characters(rng, 30))
    ids, text = a_text(rng, 20, alphabet)
    is_text(expect.unchanged(impl.decode, ids.astype(np.int32), alphabet), text, "int32 ids")
    is_text(expect.unchanged(impl.decode, np.repeat(ids, 2)[::2], alphabet), text, "every second id")
    is_text(expect.unchanged(impl.decode, ids[::-1], alphabet), text[::-1], "ids from the last to the first")


def test_look_alikes_keep_their_ids(impl, rng):
    """a letter with its accent in one character, and the same as two, are encoded as what they are"""
    for letter, both in (("e", 0xE9), ("a", 0xE4), ("o", 0xF4)):
        accent = {0xE9: 0x301, 0xE4: 0x308, 0xF4: 0x302}[both]
        alphabet = [letter, chr(accent), chr(both)]
        order = rng.permutation(3)
        got = impl.encode(letter + chr(accent) + chr(both), "".join(alphabet[i] for i in order), None)
        expect.same(got, [*np.argsort(order), 3], f"ids of {letter!r}, an accent, and both in one")


def test_a_small_letter_does_not_stand_for_a_capital(impl, rng):
    """a capital letter that the alphabet does not have is unknown, though the small one is there"""
    small = chr(ord("a") + int(rng.integers(26)))
    said = outcome(impl.encode, small.upper(), small, 3)
    assert said, f"{small.upper()!r} is not in the alphabet {small!r}: expected an error, got ids"


def test_a_large_alphabet(impl, rng):
    """with thousands of characters, as in Chinese, ids are still the positions"""
    alphabet = "".join([chr(0x4E00 + i) for i in rng.permutation(5000)])
    ids, text = a_text(rng, 30, alphabet)
    expect.same(impl.encode(text, alphabet, 32), [*ids, 5000, 5000], "ids in an alphabet of 5000")
