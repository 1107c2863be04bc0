"""Every error has one voice: the name, what was expected, what came, the likely cause."""

import numpy as np
import pytest

from minigen.errors import UserError, expect_in, expect_range, expect_shape, expect_tokens, say


def told(check, *args, **more):
    """The one sentence that a failing check says."""
    with pytest.raises(UserError) as caught:
        check(*args, **more)
    return str(caught.value)


def test_say_puts_name_expectation_arrival_and_hint_in_this_order():
    """say builds the sentence of its docstring, and returns the error without raising it."""
    error = say("n", "at least 1", 0, "How many samples do you want?")
    assert isinstance(error, UserError) and isinstance(error, ValueError)
    assert str(error) == "n: expected at least 1, got 0. How many samples do you want?"
    assert str(say("n", "at least 1", 0)) == "n: expected at least 1, got 0."


@pytest.mark.parametrize("expected", [(2, 3), (None, 3), (None, None)])
def test_expect_shape_lets_none_fit_anything(expected):
    """A shape fits where every number agrees; None agrees with all of them."""
    expect_shape("canvas", np.zeros((2, 3)), expected)


@pytest.mark.parametrize("expected", [(2, 4), (None,), (2, 3, None), ()])
def test_expect_shape_names_both_shapes(expected):
    """A shape that does not fit is told beside the one that was expected."""
    assert told(expect_shape, "canvas", np.zeros((2, 3)), expected, "Flat?") == (
        f"canvas: expected shape {expected}, got (2, 3). Flat?")


def test_expect_in_lists_the_choices():
    """A wrong choice is told beside all the right ones; a right one passes."""
    expect_in("size", "tiny", ["tiny", "small"])
    assert told(expect_in, "size", "huge", ["tiny", "small"]) == "size: expected one of tiny, small, got 'huge'."


def test_expect_range_includes_both_ends():
    """low and high themselves are allowed, and without high there is no upper end."""
    for value in (1, 2.5, 3):
        expect_range("n", value, 1, 3)
    expect_range("n", 10 ** 9, 1)


@pytest.mark.parametrize("value, high, text", [
    (0, None, "n: expected at least 1, got 0. Why?"),
    (4, 3, "n: expected a value from 1 to 3, got 4. Why?"),
    (float("nan"), None, "n: expected at least 1, got nan. Why?"),
    (float("nan"), 3, "n: expected a value from 1 to 3, got nan. Why?")])
def test_expect_range_names_the_bounds(value, high, text):
    """Too small, too large and not-a-number are refused with the bounds."""
    assert told(expect_range, "n", value, 1, high, hint="Why?") == text


def test_expect_tokens_allows_the_mask_only_where_asked():
    """Ids run from 0 to V - 1; the mask, id V, passes only with masks_allowed; no tokens are fine."""
    expect_tokens("canvas", np.array([[0, 4]]), 5)
    expect_tokens("canvas", np.array([[0, 5]]), 5, masks_allowed=True)
    expect_tokens("canvas", np.zeros((0, 3), int), 5)
    assert told(expect_tokens, "canvas", np.array([[0, 5]]), 5) == (
        "canvas: expected ids from 0 to 4, got ids from 0 to 5. Id 5 is the mask: is a place still undecided?")
    assert told(expect_tokens, "canvas", np.array([[-1, 6]]), 5, masks_allowed=True) == (
        "canvas: expected ids from 0 to 5, got ids from -1 to 6.")
