"""Public checks of unit 06."""


def are_merges(got, want, name):
    """Assert a list of pairs."""
    assert isinstance(got, list), f"{name}: expected a list of merges, got {type(got).__name__}"
    for merge in got:
        assert isinstance(merge, tuple), f"{name}: expected a tuple of two pieces for each merge, got {merge!r}"
    assert got == want, f"{name}: expected {want}, got {got}"


def are_pieces(got, want, name):
    """Assert a list of pieces."""
    assert isinstance(got, list), f"{name}: expected a list of pieces, got {type(got).__name__}"
    assert got == want, f"{name}: expected {want}, got {got}"


def check_learned(impl):
    """merges are pairs inside words, no more than there are, and the counts stay as they were"""
    counts = {"ab": 5, "cd": 3}
    are_merges(impl.learn_merges(counts, 9), [("a", "b"), ("c", "d")], "9 merges of 5 x 'ab', 3 x 'cd'")
    assert counts == {"ab": 5, "cd": 3}, "an argument was changed: expected the counts left as they were"


def check_counts(impl):
    """a pair occurs as often as its words do"""
    are_merges(impl.learn_merges({"cde": 1, "cdf": 1, "ab": 5}, 1), [("a", "b")], "one merge of 1 x 'cde', 1 x 'cdf', 5 x 'ab'")


def check_overlap(impl):
    """'bbb' holds the pair (b, b) once, not twice"""
    are_merges(impl.learn_merges({"bbb": 4, "ac": 7}, 1), [("a", "c")], "one merge of 4 x 'bbb', 7 x 'ac'")


def check_ties(impl):
    """of pairs that are equally frequent the smallest is merged"""
    are_merges(impl.learn_merges({"cd": 2, "ab": 2, "ef": 2}, 1), [("a", "b")], "one merge of 'cd', 'ab' and 'ef', twice each")


def check_count_again(impl):
    """after each merge the pairs of the new pieces are counted"""
    are_merges(impl.learn_merges({"abc": 5, "ab": 2}, 2), [("a", "b"), ("ab", "c")], "two merges of 5 x 'abc', 2 x 'ab'")


def check_unbreakable(impl):
    """unbreakable is un, break, able"""
    merges = [("u", "n"), ("b", "r"), ("e", "a"), ("br", "ea"), ("brea", "k"), ("a", "b"), ("l", "e"), ("ab", "le")]
    are_pieces(impl.apply_merges("unbreakable", merges), ["un", "break", "able"], "the pieces of 'unbreakable'")


def check_whole_word(impl):
    """a merge is applied wherever its pair stands in the word"""
    are_pieces(impl.apply_merges("abcab", [("a", "b")]), ["ab", "c", "ab"], "the pieces of 'abcab' with the merge (a, b)")


def check_left_to_right(impl):
    """a merge is applied from left to right"""
    are_pieces(impl.apply_merges("aaa", [("a", "a")]), ["aa", "a"], "the pieces of 'aaa' with the merge (a, a)")
