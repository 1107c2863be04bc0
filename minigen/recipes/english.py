"""English words, and two different characters that mean them: the lecture's example on real words, exact by formulas."""

from minigen import data
from minigen.data.english import characters_in_taiwan, shown_in_taiwan
from minigen.recipes import counted

ENGLISH = counted.recipe("english", "An English word, and two different characters that mean it", lambda size: data.english_words(),
                         "drawn pairs that are not two different characters of the list")


def heading(words, question, taiwan):
    """The truth in one line: the characters with their readings, each answer's share, and how often all at once says one twice."""
    name = words.questions[question]
    read = characters_in_taiwan()[name].values()
    pairs = len(words.words[name])
    return f"{name}: {'  '.join(map(' '.join, read))}: {pairs} answers, each {1 / pairs:.0%}; all at once {1 / len(read):.0%} wrong"


PAGE = counted.Page(
    ("ability", "happy", "beautiful", "teacher", "hair", "face", "eat", "house", "study", "spring"), shown_in_taiwan, heading,
    "the list itself", "pairs",
    "Two different characters are asked for, either one first; * marks what is wrong: the same one twice, or one that does not mean it. "
    "With two characters (teacher) it is the lecture's example: one bit, one half.")
