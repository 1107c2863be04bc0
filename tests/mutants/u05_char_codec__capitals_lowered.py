"""looks as if capital letters become small ones: they are different characters / 看起來大寫被變成小寫：大寫和小寫是不同的字"""


def learn_alphabet(text):
    return "".join(sorted(set(text.lower())))
