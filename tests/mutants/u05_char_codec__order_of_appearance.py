"""looks as if the alphabet is in the order in which characters appear: sort them / 看起來字母表是照字出現的順序排的：要照 Unicode 排序"""


def learn_alphabet(text):
    return "".join(dict.fromkeys(text))
