"""One voice for every error: the name, what was expected, what came, the likely cause."""


class UserError(ValueError):
    """A mistake that the caller can mend. The command line prints it in one line and exits with 2."""


def say(name, expected, got, hint=""):
    """Build the one sentence that all errors share.

    >>> str(say("n", "at least 1", 0, "How many samples do you want?"))
    'n: expected at least 1, got 0. How many samples do you want?'
    """
    return UserError(f"{name}: expected {expected}, got {got}. {hint}".strip())


def expect_shape(name, array, expected, hint=""):
    """Raise UserError unless the shape fits; None fits anything."""
    fits = array.ndim == len(expected) and all(
        want in (None, got) for want, got in zip(expected, array.shape))
    if not fits:
        raise say(name, f"shape {tuple(expected)}", array.shape, hint)


def expect_in(name, value, choices, hint=""):
    """Raise UserError unless value is one of the choices, which are listed."""
    if value not in choices:
        listed = ", ".join(repr(choice) if " " in str(choice) else str(choice) for choice in choices)
        raise say(name, f"one of {listed}", repr(value), hint)


def expect_range(name, value, low, high=None, hint=""):
    """Raise UserError unless low <= value (<= high)."""
    if not value >= low or (high is not None and not value <= high):
        bounds = f"at least {low}" if high is None else f"a value from {low} to {high}"
        raise say(name, bounds, value, hint)


def expect_divides(name, value, part, hint=""):
    """Raise UserError unless value is a multiple of part."""
    if value % part:
        raise say(name, f"a multiple of {part}", value, hint)


def expect_tokens(name, tokens, vocab_size, masks_allowed=False):
    """Raise UserError unless all ids lie in the vocabulary (the mask is id vocab_size)."""
    top = vocab_size if masks_allowed else vocab_size - 1
    if tokens.size and (tokens.min() < 0 or tokens.max() > top):
        hint = "" if masks_allowed else f"Id {vocab_size} is the mask: is a place still undecided?"
        raise say(name, f"ids from 0 to {top}", f"ids from {tokens.min()} to {tokens.max()}", hint)
