"""Unit 05 · Characters to ids and back · 字和編號互相轉換

The idea. A model knows numbers, a reader knows characters, and a *codec* goes between them: the id of a character is its
position in the alphabet of the training text. Two ids are not characters. END, the id len(alphabet), says "the text is
over" and fills up the rest of the row; the mask, one more, says "nothing decided here yet".
（每個字的編號就是它在字母表裡的位置。END 的意思是「寫完了」，遮罩的意思是「這裡還沒決定」，兩個都不是字。）

In the lecture. A Chinese token is one character. One by one stops as soon as END is drawn; all at once decides a fixed
number of places, and all that comes after the first END is thrown away. So one row may hold anything behind its END.

The rules, exactly. The alphabet is in the order of Unicode, which is the order of Python's strings, each character once.
A row always holds END: a text that leaves no room for it is an error (ValueError), and so is a character that the alphabet
does not have. A KeyError is no ValueError: `{"a": 0}["z"]` alone does not answer. A mask shows as "·" (U+00B7).

See your own code read and write names:

    minigen sample names --size tiny --with exercises/u05_char_codec.py
"""

import numpy as np


def learn_alphabet(text):
    """Collect the characters of a text.

    Parameters
    ----------
    text : str
        The training text, in any language.

    Returns
    -------
    str
        Each character once, in the order of Unicode.

    Examples
    --------
    >>> learn_alphabet("banana")
    'abn'

    The order of Unicode is neither that of the text nor that of the numbers meant:

    >>> learn_alphabet("三二一二三")
    '一三二'
    """
    raise NotImplementedError("u05: your code here")


def encode(text, alphabet, length):
    """Turn a text into a row of ids that ends in END.

    Parameters
    ----------
    text : str
        May be empty.
    alphabet : str
        V - 1 different characters, in any order; END is the id len(alphabet).
    length : int or None
        T, how long the row is. None: as long as the text and one END.

    Returns
    -------
    (T,) int64
        The position of each character in the alphabet, then END in every place that is left.

    Raises
    ------
    ValueError
        The text leaves no room for END, or has a character that is not in the alphabet.

    Examples
    --------
    >>> encode("ban", "abn", 6).tolist()
    [1, 0, 2, 3, 3, 3]
    >>> encode("演師", "員師演老", None).tolist()
    [2, 1, 4]
    """
    raise NotImplementedError("u05: your code here")


def decode(tokens, alphabet):
    """Turn a row of ids back into the text.

    Parameters
    ----------
    tokens : (T,) int
        Ids from 0 to len(alphabet) + 1: characters, END, and last the mask. What follows the first END may be anything.
    alphabet : str

    Returns
    -------
    str
        The text before the first END, or the whole row if there is none; "·" where a place is still masked.

    Examples
    --------
    With the alphabet "abn", 3 is END and 4 is the mask:

    >>> decode(np.array([1, 0, 2, 3, 3, 3]), "abn")
    'ban'
    >>> decode(np.array([1, 4, 2, 3, 0, 4]), "abn")
    'b·n'
    """
    raise NotImplementedError("u05: your code here")
