"""A trained model on disk: one ``.npz`` of arrays, and its settings as JSON. No pickles."""

import json
from pathlib import Path

import numpy as np

from minigen import data
from minigen.errors import say
from minigen.files import save_atomically
from minigen.models.char_lm import CharLM
from minigen.models.choice_decoder import ChoiceDecoder
from minigen.models.decoder import Decoder
from minigen.models.denoiser import Denoiser
from minigen.models.lengths import WithLength
from minigen.models.masked import Masked
from minigen.models.ngram import Marginals, NGram
from minigen.models.pixel_lm import PixelLM
from minigen.models.routed import Cascade

FORMAT = "minigen 2"
MODELS = {cls.__name__: cls for cls in (Cascade, CharLM, ChoiceDecoder, Decoder, Denoiser, Marginals, Masked, NGram, PixelLM, WithLength)}


def save(path, model, codec, recipe, about):
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    recipe : str
        Name of the recipe: it says which strategies go with the model.
    about : dict
        Anything worth knowing later: size, seed, seconds, loss. JSON-able.
    """
    header = {"format": FORMAT, "recipe": recipe, "model": type(model).__name__, "settings": model.settings(),
              "codec": codec.settings(), "about": about,
              "shapes": {name: array.shape for name, array in model.params.items()}}
    arrays = {f"param:{name}": array for name, array in model.params.items()}

    def write(temporary):
        with open(temporary, "wb") as file:       # an open file keeps numpy from adding ".npz" to the name
            np.savez_compressed(file, header=np.array(json.dumps(header, ensure_ascii=False)), **arrays)
    save_atomically(path, write)


def load(path):
    """Read a checkpoint: (model, codec, recipe name, about)."""
    path = Path(path)
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise say("--from", "a checkpoint that minigen train wrote", f"{str(path)!r}, which does not exist",
                  "Is the path right?") from None
    except Exception as error:  # a broken file comes out of numpy, zipfile and zlib as one of a dozen kinds of error
        # numpy's advice for what is no npz at all is to allow pickles, which nobody should follow here
        why = "not an .npz" if "pickle" in str(error) else _first_line(error)
        raise say("--from", "a checkpoint that minigen train wrote", f"{path.name!r} ({why})",
                  "Is the file cut short, or something else?") from None
    try:
        header = json.loads(str(arrays.pop("header")))
        known = header["format"] == FORMAT and header["model"] in MODELS
    except (KeyError, TypeError, ValueError, RecursionError):
        known = False
    if not known:
        raise say("--from", f"a checkpoint of format {FORMAT!r}", f"{path.name!r}, which says something else",
                  "Was it written by minigen train, and by this version?")
    try:
        model = MODELS[header["model"]].from_settings(header["settings"])
        codec = data.codec_from_settings(header["codec"])
        _seat(model, {name.partition(":")[2]: array for name, array in arrays.items()}, header["shapes"])
        return model, codec, header["recipe"], dict(header["about"])
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise say("--from", "a checkpoint whose parts fit together", f"{path.name!r} ({_first_line(error)})",
                  "Was it changed after it was written?") from None


def _seat(model, arrays, shapes):
    """Put loaded arrays into a model: into its own arrays where it has them (layers share those)."""
    numbers = {name: list(array.shape) for name, array in arrays.items() if array.dtype.kind in "fiu"}
    if numbers != shapes or len(numbers) != len(arrays):
        raise ValueError("arrays are missing, unknown or not as they were saved")
    if not model.params:                           # counts are nothing but their arrays
        model.params.update(arrays)
        return
    if set(arrays) != set(model.params):
        raise ValueError(f"arrays {sorted(set(arrays) ^ set(model.params))[:3]} are missing or unknown")
    for name, param in model.params.items():
        if arrays[name].shape != param.shape:
            raise ValueError(f"{name}: expected shape {param.shape}, got {arrays[name].shape}")
        param[...] = arrays[name]


def _first_line(error):
    return str(error).splitlines()[0][:100] if str(error) else type(error).__name__
