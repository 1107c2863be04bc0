"""looks as if a dot stands for any character: in a regular expression it must be escaped / 看起來句點被當成任意字元：放進正規表示式之前要先跳脫（escape）"""

import re


def apply_merges(word, merges):
    text = " ".join(word)
    for left, right in merges:
        text = re.sub(rf"(?<!\S){left} {right}(?!\S)", lambda found: found[0].replace(" ", ""), text)
    return text.split()
