"""Characters: Shakespeare (one running text), Tang quatrains and first names (items with an END)."""

from minigen import data
from minigen.errors import say
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.lengths import Lengths, MarginalsGivenLength, MaskedGivenLength, WithLength
from minigen.models.masked import Masked, MaskedConfig
from minigen.models.ngram import Marginals, NGram
from minigen.recipes.base import Recipe, Row, Training, smaller

ROW = 64            # characters in a training row of running text: nanoGPT's CPU setting


def _is_stream(dataset):
    return hasattr(dataset, "train_stream")


def _char_lm(forms):
    """A builder: size -> (settings of CharLMConfig, Training)."""
    def build(dataset, size, rng):
        settings, training = forms[size]
        length = None if _is_stream(dataset) else dataset.length
        # A table of token pairs pays where most pairs have been seen.
        pairs = dataset.codec.vocab_size <= 300
        config = CharLMConfig(dataset.codec.vocab_size, length, dataset.codec.end is not None,
                              context=ROW if length is None else max(length, 1), pairs=pairs, **settings)
        return CharLM(config, rng), training
    return build


def _masked(forms):
    """The same for the network that answers any order; running text in rows of 64."""
    def build(dataset, size, rng):
        settings, training = forms[size]
        config = MaskedConfig(dataset.codec.vocab_size, dataset.length, has_end=dataset.codec.end is not None, **settings)
        return Masked(config, rng), training
    return build


def _ngram(order):
    def build(dataset, size, rng):
        stream = _is_stream(dataset)
        model = NGram(dataset.codec.vocab_size, order, length=None if stream else dataset.length,
                      has_end=dataset.codec.end is not None)
        return model.fit(dataset.train_stream[None] if stream else dataset.train), None
    return build


def _marginals(dataset, size, rng):
    stream = _is_stream(dataset)
    model = Marginals(dataset.codec.vocab_size, None if stream else dataset.length)
    return model.fit(dataset.train_stream[None] if stream else dataset.train), None


def _items_only(dataset):
    if _is_stream(dataset):
        raise say("data", "items with a length of their own", "a running text", "It never ends: with --lines, each line is one item.")


def _marginals_to_end(tail):
    """Counts of each place: up to END, or (``tail``) after it too, where the law of the first END is lost."""
    def build(dataset, size, rng):
        _items_only(dataset)
        return Marginals(dataset.codec.vocab_size, dataset.length, has_end=True, tail=tail).fit(dataset.train), None
    return build


def _lengths_marginals(dataset, size, rng):
    _items_only(dataset)
    return WithLength(Lengths.fit(dataset.train, dataset.codec.end),
                      MarginalsGivenLength.fit(dataset.train, dataset.codec.vocab_size)), None


def _lengths_masked(forms):
    """A builder: size -> (settings of MaskedConfig, Training)."""
    def build(dataset, size, rng):
        _items_only(dataset)
        settings, training = forms[size]
        config = MaskedConfig(dataset.codec.vocab_size, dataset.length, has_end=True, **settings)
        return WithLength(Lengths.fit(dataset.train, dataset.codec.end), MaskedGivenLength(config, rng)), training
    return build


def _load(default):
    def load(size, path=None, lines=False):
        return smaller(data.text_file(path, ROW, lines) if path else default(), size)
    return load


TINY_MASKED = {"layers": 1, "width": 32, "heads": 2}, Training(60, 16, looks=2, held_out=32)
SHOTS = (Row("mask_predict", "masked", "masked to unmasked"),)
LENGTH_ROWS = (Row("cut_at_end", "marginals up to END", "cut at END"), Row("cut_at_end", "marginals after END too", "cut at END, loss after it too"),
               Row("length_first", "lengths, marginals", "length first"))
LENGTH_SHOTS = (*SHOTS, Row("length_first", "lengths, masked", "length first"))
LENGTH_MODELS = {"marginals up to END": _marginals_to_end(tail=False), "marginals after END too": _marginals_to_end(tail=True),
                 "lengths, marginals": _lengths_marginals}
TINY = {"layers": 1, "width": 32, "heads": 1}, Training(60, 16, looks=2, held_out=32)
ROWS = (Row("one_by_one", "char_lm"), Row("one_by_one", "ngram"), Row("one_by_one", "char_lm + ngram"),
        Row("all_at_once", "marginals"))

TEXT = Recipe(
    "text", "Shakespeare, nine plays and the sonnets", "character", _load(lambda: data.shakespeare(ROW)),
    {"char_lm": _char_lm({
        "tiny": TINY,
        "small": ({"layers": 4, "width": 128, "heads": 4}, Training(240, 12, looks=1, held_out=64)),
        "full": ({"layers": 4, "width": 128, "heads": 4}, Training(1100, 12, average=0.99, held_out=256))}),
     "ngram": _ngram(5), "marginals": _marginals,
     "masked": _masked({
         "tiny": TINY_MASKED,
         "small": ({"layers": 2, "width": 64, "reach": 2, "pairs": True}, Training(1000, 12, average=0.98, looks=1, held_out=64)),
         "full": ({"layers": 2, "width": 96, "reach": 2, "pairs": True}, Training(1600, 24, matrix_rate=0.01, average=0.995, held_out=256))})},
    ROWS, "char_lm", "words that the training text does not contain", ("data", "lines"), SHOTS)

POEMS = Recipe(
    "poems", "Tang quatrains", "character", _load(data.poems),
    {"char_lm": _char_lm({
        "tiny": ({**TINY[0], "tied": True}, TINY[1]),
        "small": ({"layers": 3, "width": 128, "heads": 4, "tied": True, "dropout": 0.1}, Training(108, 48, looks=1)),
        "full": ({"layers": 3, "width": 128, "heads": 4, "tied": True, "dropout": 0.25},
                 Training(900, 48, average=0.99))}),
     "ngram": _ngram(7), "marginals": _marginals, **LENGTH_MODELS,
     "masked": _masked({
         "tiny": ({**TINY_MASKED[0], "tied": True}, TINY_MASKED[1]),
         "small": ({"layers": 2, "width": 128, "tied": True}, Training(400, 24, matrix_rate=0.015, average=0.98, looks=1)),
         "full": ({"layers": 2, "width": 128, "tied": True, "dropout": 0.1}, Training(2000, 24, matrix_rate=0.015, average=0.99))}),
     "lengths, masked": _lengths_masked({
         "tiny": ({**TINY_MASKED[0], "tied": True}, TINY_MASKED[1]),
         "small": ({"layers": 3, "width": 64, "tied": True}, Training(150, 64, average=0.99, looks=1)),
         "full": ({"layers": 3, "width": 128, "tied": True, "dropout": 0.1}, Training(900, 48, average=0.99, looks=6))})},
    (*ROWS, *LENGTH_ROWS), "char_lm", "pairs of neighbouring characters that no training poem contains", ("data", "lines"), LENGTH_SHOTS)

NAMES = Recipe(
    "names", "English first names", "character", _load(data.names),
    {"char_lm": _char_lm({
        "tiny": TINY,
        "small": ({"layers": 4, "width": 64, "heads": 4}, Training(180, 64, looks=1)),
        "full": ({"layers": 4, "width": 64, "heads": 4}, Training(600, 64, average=0.99, looks=12))}),
     "ngram": _ngram(5), "marginals": _marginals, **LENGTH_MODELS,
     "masked": _masked({
         "tiny": TINY_MASKED,
         "small": ({"layers": 2, "width": 64, "reach": 2, "pairs": True}, Training(600, 64, matrix_rate=0.015, average=0.98, looks=1)),
         "full": ({"layers": 2, "width": 64, "reach": 2, "pairs": True}, Training(2000, 64, matrix_rate=0.015, average=0.99, looks=4))}),
     "lengths, masked": _lengths_masked({
         "tiny": TINY_MASKED,
         "small": ({"layers": 3, "width": 64, "reach": 2}, Training(300, 64, average=0.99, looks=1)),
         "full": ({"layers": 3, "width": 64, "reach": 2}, Training(900, 64, average=0.99, looks=6))})},
    (*ROWS, *LENGTH_ROWS), "char_lm", "runs of three letters that no training name contains", ("data", "lines"), LENGTH_SHOTS)
