"""What enters and leaves: text, pictures, questions; what ships with the package is in `assets/`.

A *codec* turns a thing into tokens and back, a *dataset* holds what is learned from and what
is held out:

- `shakespeare`, `text_file`: one running text (`Stream`)
- `poems`, `names`, `text_file(lines=True)`: items that end in END (`Items`)
- `sprites`, `digits`, `picture_folder`: pictures over a small palette (`Items`)
- `pinyin_words`: two syllables, and the words that they can be, with counts (`Pinyin`)
- `english_words`: English words, and the characters that mean them (`English`); like `Pinyin` a `Counted`
- `answers_table`: questions whose answers are known exactly (`Answers`)

Text is cut into characters (`CharCodec`), or into word pieces that are learned from it (`PieceCodec`).
"""

from minigen.data.answers import QUESTIONS, Answers, Question, answers_table
from minigen.data.batches import Items, Stream
from minigen.data.counted import Counted
from minigen.data.english import English, english_words
from minigen.data.pinyin import Pinyin, pinyin_words
from minigen.data.pictures import PictureCodec, digits, picture_folder, sprites
from minigen.data.text import CharCodec, names, poems, read_text, shakespeare, text_file
from minigen.data.word_pieces import PieceCodec
from minigen.errors import say

__all__ = [
    "QUESTIONS", "Answers", "CharCodec", "Counted", "English", "Items", "PictureCodec", "PieceCodec", "Question", "Stream",
    "Pinyin", "answers_table", "codec_from_settings", "digits", "english_words", "names", "picture_folder", "pinyin_words",
    "poems", "read_text", "shakespeare", "sprites", "text_file",
]

CODECS = {"characters": CharCodec, "pictures": PictureCodec, "pieces": PieceCodec}


def codec_from_settings(settings):
    """The codec that a checkpoint was saved with."""
    try:
        return CODECS[settings["codec"]].from_settings(settings)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise say("codec", "the settings of a codec", f"{str(settings)[:80]} ({error!r})",
                  "Was this file saved by minigen?") from None
