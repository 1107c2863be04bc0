"""Pieces between bars in one string; a regular expression counts and merges whole pieces."""

import re


def pattern(pair):
    return re.compile("(?<=\0)" + re.escape(pair[0] + "\0" + pair[1]) + "(?=\0)")


def apply_merges(word, merges):
    text = "\0" + "".join(character + "\0" for character in word)
    for pair in merges:
        text = pattern(pair).sub(lambda _: pair[0] + pair[1], text)
    return [piece for piece in text.split("\0") if piece]


def learn_merges(counts, n):
    texts = [["\0" + "\0".join(word) + "\0", often] for word, often in counts.items()]
    merges = []
    for _ in range(n):
        best = (0, ())
        for pair in {pair for text, _ in texts for pair in zip(text.split("\0")[1:-2], text.split("\0")[2:-1])}:
            times = sum(often * len(pattern(pair).findall(text)) for text, often in texts)
            best = min(best, (-times, pair))
        if not best[0]:
            return merges
        merges.append(best[1])
        texts = [[pattern(best[1]).sub(lambda _: "".join(best[1]), text), often] for text, often in texts]
    return merges
