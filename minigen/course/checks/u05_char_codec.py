"""Public checks of unit 05."""

import numpy as np

from minigen.course import expect

# With the alphabet "abn", 3 is END and 4 is the mask.


def is_text(got, want, name):
    """Assert a string that is equal to another."""
    assert isinstance(got, str), f"{name}: expected a string, got {type(got).__name__}"
    assert got == want, f"{name}: expected {want!r}, got {got!r}"


def is_refused(name, function, *arguments):
    """Assert that a call raises a ValueError."""
    try:
        got = function(*arguments)
    except ValueError:
        return
    except LookupError as error:
        raise AssertionError(f"{name}: expected a ValueError, got a {type(error).__name__}") from None
    raise AssertionError(f"{name}: expected a ValueError, got {got!r}")


def check_alphabet(impl):
    """the alphabet holds each character once, in the order of Unicode"""
    is_text(impl.learn_alphabet("banana"), "abn", "the alphabet of 'banana'")


def check_capitals(impl):
    """capital letters are characters of their own, before the small ones"""
    is_text(impl.learn_alphabet("aA"), "Aa", "the alphabet of 'aA'")


def check_ids(impl):
    """each character becomes its position in the alphabet: a row of whole numbers"""
    got = expect.array(impl.encode("an", "abn", 4), (4,), "i", "the ids of 'an' in 4 places")
    expect.same(got[:2], [0, 2], "the ids of 'an' in the alphabet 'abn'")


def check_large_alphabet(impl):
    """an alphabet may be larger than 256 characters"""
    alphabet = "".join(map(chr, range(0x4E00, 0x4E00 + 1000)))
    expect.same(impl.encode(chr(0x4E00 + 700), alphabet, 2), [700, 1000], "the ids of character 700 of 1000, and END")


def check_end(impl):
    """END follows the text and fills up the row; without a length there is one END"""
    expect.same(impl.encode("ab", "abn", 5), [0, 1, 3, 3, 3], "the ids of 'ab' in 5 places")
    expect.same(impl.encode("ab", "abn", None), [0, 1, 3], "the ids of 'ab', no length given")


def check_no_room(impl):
    """a text that leaves no room for END is a ValueError"""
    is_refused("'ban' in 3 places", impl.encode, "ban", "abn", 3)


def check_unknown(impl):
    """a character that the alphabet does not have is a ValueError"""
    is_refused("'bat' in the alphabet 'abn'", impl.encode, "bat", "abn", 9)


def check_decode(impl):
    """ids become the text again, END is no part of it, and the ids stay as they were"""
    is_text(expect.unchanged(impl.decode, np.array([1, 0, 2, 3, 3]), "abn"), "ban", "the text of [1, 0, 2, END, END]")
    is_text(expect.unchanged(impl.decode, np.array([1, 0, 2]), "abn"), "ban", "the text of [1, 0, 2], which has no END")
    is_text(impl.decode(np.array([1, 0, 2, 3]), "ab "), "ba ", "the text of [1, 0, 2, END] in the alphabet 'ab '")


def check_first_end(impl):
    """what follows the first END is thrown away"""
    is_text(impl.decode(np.array([1, 3, 0, 3]), "abn"), "b", "the text of [1, END, 0, END]")


def check_mask(impl):
    """a masked place shows as a dot"""
    is_text(impl.decode(np.array([1, 4, 2]), "abn"), "b·n", "the text of [1, mask, 2]")
