"""looks as if a character stands in the alphabet as often as in the text: take each once / 看起來重複的字在字母表裡出現好幾次：每個字只留一個"""


def learn_alphabet(text):
    return "".join(sorted(text))
