"""Unit 06 · Word pieces: un break able · word piece（子詞）：un break able

The idea (Sennrich, Haddow and Birch, 2016: byte pair encoding). Words cannot be listed exhaustively, their pieces can.
Begin with single characters and merge, again and again, the two neighbours that stand next to each other most often.
What was merged, in order, is all that must be kept: the same merges cut any word, also one that was never seen.
（詞多到列不完，word piece（子詞）就列得完。從單一字母開始，每次把最常相鄰的兩個片段合併起來；照同樣的順序合併，沒看過的詞也切得開。）

In the lecture. A Chinese token is a character, an English token is a word piece: `unbreakable` is `un` `break` `able`.

The rules, exactly. Pairs are counted inside words, never across two words, and as often as the word occurs. Pairs that
are counted do not overlap, just as merges do not: from left to right "aaa" holds (a, a) once and "aaaa" twice. Of pairs
that are equally frequent the smallest is merged, in the order of Python's tuples. Each merge is applied once, in the order
in which it was learned, from left to right over the whole word.

See your own code at work:

    minigen pieces nevermore goodnight wherefore thereafter understand forgiveness --merges 200 --words 200 --with exercises/u06_word_pieces.py

or in Python, in the folder of the exercises:

    from u06_word_pieces import learn_merges, apply_merges
    counts = {"break": 9, "breakable": 3, "drinkable": 4, "able": 8, "undo": 5, "untie": 4, "readable": 2}
    print(apply_merges("unbreakable", learn_merges(counts, 8)))
"""

import collections


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
        The left and the right piece of each merge, in the order learned. ``counts`` stays as it was.

    Examples
    --------
    In the example of the paper, (e, s) and (s, t) both occur 6 + 3 times: the smaller goes first. Then "est" is whole:

    >>> counts = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    >>> learn_merges(counts, 4)
    [('e', 's'), ('es', 't'), ('l', 'o'), ('lo', 'w')]

    "aaaa" holds (a, a) twice; then (aa, aa) is left, and after that a single piece:

    >>> learn_merges({"aaaa": 1}, 10)
    [('a', 'a'), ('aa', 'aa')]
    """
    # BEGIN SOLUTION
    merges = []
    while len(merges) < n:
        seen = collections.Counter()
        for word, often in counts.items():
            pieces, free = apply_merges(word, merges), 0
            for t, (left, right) in enumerate(zip(pieces, pieces[1:])):
                if left == right:                                       # only twins can overlap with the same pair
                    if t < free:
                        continue
                    free = t + 2                                        # the first place that the next twins may use
                seen[left, right] += often
        if not seen:
            break
        merges.append(min(seen, key=lambda pair: (-seen[pair], pair)))
    return merges
    # END SOLUTION


def apply_merges(word, merges):
    """Cut a word into pieces with merges that were learned before.

    Parameters
    ----------
    word : str
        May be empty, and have characters that no merge knows.
    merges : list of (str, str)
        In the order learned. Each is applied once; what a later merge builds, an earlier one does not see.

    Returns
    -------
    list of str
        The pieces; put together they are the word.

    Examples
    --------
    >>> merges = [("u", "n"), ("b", "l"), ("bl", "e"), ("a", "ble")]
    >>> apply_merges("unable", merges)
    ['un', 'able']
    >>> apply_merges("blue", merges)
    ['bl', 'u', 'e']

    From left to right, so the odd one is left over at the end:

    >>> apply_merges("aaaaa", [("a", "a")])
    ['aa', 'aa', 'a']
    """
    # BEGIN SOLUTION
    pieces = list(word)
    for pair in merges:
        before, pieces, t = pieces, [], 0
        while t < len(before):
            width = 2 if tuple(before[t:t + 2]) == tuple(pair) else 1
            pieces.append("".join(before[t:t + width]))
            t += width
    return pieces
    # END SOLUTION
