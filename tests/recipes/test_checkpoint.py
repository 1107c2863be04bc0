"""A checkpoint gives back what was saved, to the last bit; anything else is one clear line."""

import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest

from minigen.data import CharCodec, PictureCodec
from minigen.errors import UserError
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.choice_decoder import ChoiceDecoder, ChoiceDecoderConfig
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.ngram import Marginals, NGram
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.protocols import Condition
from minigen.recipes import checkpoint
from minigen.recipes.base import strategy
from minigen.strategies.fill import generate
from oracles import wake

TEXT, PICTURES = CharCodec("ab好", has_end=True), PictureCodec(np.arange(12).reshape(4, 3) * 20, 2, 3)
RNG = np.random.default_rng(0)
ROWS = RNG.integers(0, 4, (9, 6))
MODELS = {
    "char_lm": (CharLM(CharLMConfig(4, 6, True, context=6, layers=1, width=8, heads=2), RNG), TEXT, "one_by_one"),
    "char_lm, tied, with labels": (CharLM(CharLMConfig(4, None, False, 2, 4, 2, 8, 2, tied=True, pairs=False), RNG), TEXT, "one_by_one"),
    "ngram": (NGram(4, 3, 0.8, 6, True).fit(ROWS), TEXT, "one_by_one"),
    "ngram of running text": (NGram(4, 2).fit(ROWS.reshape(1, -1)), TEXT, "one_by_one"),
    "marginals": (Marginals(4, 6).fit(ROWS), TEXT, "all_at_once"),
    "pixel_lm": (PixelLM(PixelLMConfig(4, 2, 3, 2, 1, 6, 5, 1, ordered=True), RNG), PICTURES, "one_by_one"),
    "decoder": (Decoder(DecoderConfig(4, 6, hidden=5), RNG), PICTURES, "all_at_once"),
    "latent decoder": (Decoder(DecoderConfig(4, 6, 2, 3, 5), RNG), PICTURES, "shared_latent"),
    "choice decoder": (ChoiceDecoder(ChoiceDecoderConfig(4, 6, 2, 3), RNG), TEXT, "shared_latent")}
for _name, (_model, _, _) in MODELS.items():
    if not isinstance(_model, (NGram, Marginals)):
        wake(_model, RNG)
EACH = pytest.mark.parametrize("name", MODELS)
ABOUT = {"model": "as trained", "nats": 1.25, "steps": 3, "note": "演員 / 老師"}


@pytest.fixture
def saved(tmp_path):
    """Save a model by name: the path of its checkpoint."""
    def save(name):
        model, codec, _ = MODELS[name]
        checkpoint.save(tmp_path / "model.npz", model, codec, "names", ABOUT)
        return tmp_path / "model.npz"
    return save


def refused(path, *words):
    """Loading must raise one UserError of one line that names the file or the path."""
    with pytest.raises(UserError, match="^--from: expected a checkpoint") as caught:
        checkpoint.load(path)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def contents(path):
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def rewritten(path, change):
    """The same checkpoint after ``change(arrays, header)``."""
    arrays = contents(path)
    header = json.loads(str(arrays["header"]))
    header = change(arrays, header) or header
    if "header" in arrays:
        arrays["header"] = np.array(json.dumps(header))
    with open(path, "wb") as file:
        np.savez(file, **arrays)
    return path


@EACH
def test_what_is_loaded_is_what_was_saved(name, saved):
    """Class, settings, every bit of every array and of the logits, the codec, the recipe and what is known about it."""
    model, codec, way = MODELS[name]
    again, codec_again, recipe, about = checkpoint.load(saved(name))
    assert type(again) is type(model) and again.settings() == model.settings() and again.params.keys() == model.params.keys()
    for key, array in model.params.items():
        assert again.params[key].dtype == array.dtype
        np.testing.assert_array_equal(again.params[key], array)
    labels = getattr(getattr(model, "config", None), "n_labels", 0)
    latent = {"latent decoder": RNG.standard_normal((5, 3)), "choice decoder": np.array([0, 1, 2, 2, 0])}.get(name)
    condition = Condition(np.arange(5) % labels if labels else None, latent)
    canvas, at = RNG.integers(0, 4, (5, 6)), np.arange(6)
    np.testing.assert_array_equal(again.logits(canvas, at, condition), model.logits(canvas, at, condition))
    assert type(codec_again) is type(codec) and codec_again.settings() == codec.settings()
    assert (recipe, about) == ("names", ABOUT)
    # Layers share the model's arrays: what is drawn through them must be the loaded model, compiled loops included.
    drawn = [generate(one, strategy(way), 4, np.random.default_rng(3), length=6,
                      condition=Condition(label=np.arange(4) % labels) if labels else None) for one in (model, again)]
    np.testing.assert_array_equal(*drawn)
    assert codec_again.decode(drawn[1][0] if codec is TEXT else drawn[1]) is not None


def test_a_loaded_model_trains_on(saved):
    """Its layers and its params are the same arrays: a gradient step through params moves the logits."""
    model, *_ = checkpoint.load(saved("latent decoder"))
    condition = Condition(np.zeros(3, np.int64), RNG.standard_normal((3, 3)))
    canvas, at = np.full((3, 6), 4), np.arange(6)
    before = model.logits(canvas, at, condition)
    _, grads = model.loss_and_grads(ROWS[:3], condition._replace(latent=None), np.random.default_rng(0))
    for name, grad in grads.items():
        model.params[name] -= 0.1 * grad
    assert (model.logits(canvas, at, condition) != before).any()


def test_half_precision_is_read(saved):
    """float16 arrays are seated in a float32 model, rounded and no more."""
    model, *_ = MODELS["decoder"]
    path = rewritten(saved("decoder"), lambda arrays, header: arrays.update(
        {name: array.astype(np.float16) for name, array in arrays.items() if name != "header"}))
    for name, array in checkpoint.load(path)[0].params.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, model.params[name].astype(np.float16).astype(np.float32))


# What is no checkpoint

def test_a_file_cut_anywhere(saved):
    """Cut after any number of bytes, zero included: one clear line."""
    path = saved("marginals")
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        refused(path, "model.npz")


def test_any_byte_changed(saved):
    """With any one byte changed a checkpoint loads as it was, or is one clear line: no other error, no other numbers."""
    path = saved("marginals")
    whole, right = path.read_bytes(), MODELS["marginals"][0].params["log_probs"]
    loaded = 0
    for i in range(len(whole)):
        for flip in (0x01, 0xFF):
            path.write_bytes(whole[:i] + bytes([whole[i] ^ flip]) + whole[i + 1:])
            try:
                model, codec, recipe, about = checkpoint.load(path)
            except UserError:
                continue
            loaded += 1
            assert list(model.params) == ["log_probs"] and (recipe, about) == ("names", ABOUT)
            np.testing.assert_array_equal(model.params["log_probs"], right)
    assert loaded < len(whole)


def test_other_files(tmp_path):
    """A missing file, a folder, a text, noise, one array, a foreign npz, a foreign zip, a name too long."""
    refused(tmp_path / "nowhere.npz", "which does not exist", "nowhere.npz")
    refused(tmp_path)
    refused(tmp_path / ("n" * 300))
    path = tmp_path / "other.npz"
    for raw in (b"", b"To be, or not to be\n", "演員".encode("utf-16"), bytes(RNG.integers(0, 256, 5000).astype(np.uint8)), b"\x93NUMPY"):
        path.write_bytes(raw)
        refused(path, "other.npz")
    with open(path, "wb") as file:
        np.save(file, np.arange(5))
    refused(path)
    for arrays in ({}, {"weights": np.arange(5)}, {"header": np.arange(5)}, {"header": np.array("hello")}, {"header": np.array("[1]")},
                   {"header": np.array("null")}, {"header": np.array("{}")}, {"header": np.array("[" * 100_000)}):
        with open(path, "wb") as file:
            np.savez(file, **arrays)
        refused(path, "other.npz")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("header.npy", "no array")
        file.writestr("readme.txt", "no array either")
    refused(path)


class Trap:
    """Unpickled, it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("where", ["header", "param:log_probs", "more"])
def test_a_pickle_is_never_opened(where, saved, tmp_path):
    """An array of objects, whatever it is called, is refused, and what it holds is not run."""
    path, proof = saved("marginals"), tmp_path / "code was run"
    arrays = contents(path) | {where: np.array([Trap(proof)], object)}
    with open(path, "wb") as file:
        np.savez(file, **arrays)
    refused(path)
    hidden = io.BytesIO()
    np.save(hidden, np.array([Trap(proof)], object), allow_pickle=True)
    for raw in (pickle.dumps(Trap(proof)), pickle.dumps({"header": Trap(proof)}, protocol=0), hidden.getvalue()):
        path.write_bytes(raw)
        refused(path)
    assert not proof.exists()
    np.load(io.BytesIO(hidden.getvalue()), allow_pickle=True)                       # the trap does work
    assert proof.exists()


@EACH
@pytest.mark.parametrize("fault", ["missing", "shape", "axes", "more", "renamed", "type"])
def test_other_arrays(name, fault, saved):
    """An array that is missing, larger, of other axes, too many, under another name, or not of numbers."""
    def change(arrays, header):
        key = next(key for key in arrays if key.startswith("param:"))
        array = arrays[key]
        if fault in ("missing", "renamed"):
            del arrays[key]
        arrays.update({"missing": {}, "shape": {key: np.concatenate([array, array])}, "axes": {key: array[None]},
                       "more": {"param:more": array}, "renamed": {key + "x": array}, "type": {key: np.full(array.shape, "many")}}[fault])
    refused(rewritten(saved(name), change), "model.npz")


HEADERS = {
    "another format": {"format": "minigen 0"}, "no format": {"format": None}, "another model": {"model": "GPT"}, "a list": {"model": ["Decoder"]},
    "settings of another kind": {"settings": {"order": 3}}, "no settings": {"settings": None}, "a setting too many": {"settings": {
        "vocab_size": 4, "length": 6, "n_labels": 2, "latent_width": 3, "hidden": 5, "kl_weight": 1.0, "colour": "red"}},
    "another width": {"settings": {"vocab_size": 4, "length": 6, "n_labels": 2, "latent_width": 3, "hidden": 6}},
    "words for numbers": {"settings": {"vocab_size": "four", "length": 6}}, "less than nothing": {"settings": {"vocab_size": -4, "length": 6}},
    "codec of another kind": {"codec": {"codec": "sound"}}, "no codec": {"codec": None}, "an empty codec": {"codec": {"codec": "characters"}},
    "a broken palette": {"codec": {"codec": "pictures", "palette": [[1]], "height": 2, "width": 3}},
    "no head": {"model": "CharLM", "settings": {"vocab_size": 4, "heads": 0}}, "other shapes": {"shapes": {}}, "a list about it": {"about": [1, 2]}}


@pytest.mark.parametrize("fault", HEADERS)
def test_other_headers(fault, saved):
    """A header that asks for another format, model, settings, codec or shapes."""
    refused(rewritten(saved("latent decoder"), lambda arrays, header: header | HEADERS[fault]), "model.npz")


@pytest.mark.parametrize("key", ["format", "recipe", "model", "settings", "codec", "about", "shapes"])
def test_a_header_with_a_gap(key, saved):
    """Every entry of the header is needed."""
    refused(rewritten(saved("latent decoder"), lambda arrays, header: {name: value for name, value in header.items() if name != key}))


# Writing

def test_the_extension_is_the_users(tmp_path):
    """A checkpoint lies where it was asked to, in folders that are made, and nothing lies beside it."""
    model, codec, _ = MODELS["decoder"]
    for path in (tmp_path / "a" / "b" / "model.npz", tmp_path / "a" / "c" / "model", tmp_path / "a" / "d" / "model.v2"):
        checkpoint.save(str(path), model, codec, "sprites", {})
        assert list(path.parent.iterdir()) == [path]
        assert checkpoint.load(str(path))[2:] == ("sprites", {})


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_a_failing_write_leaves_the_old_one(fault, saved, monkeypatch):
    """Stopped in the middle of writing, the file is the old one, whole, and nothing lies beside it."""
    path = saved("decoder")
    before = path.read_bytes()

    def half(file, **arrays):
        file.write(b"PK half of it")
        raise fault

    monkeypatch.setattr(np, "savez_compressed", half)
    with pytest.raises((UserError, KeyboardInterrupt, MemoryError)) as caught:
        checkpoint.save(path, *MODELS["latent decoder"][:2], "names", {})
    assert isinstance(caught.value, UserError) == isinstance(fault, OSError)
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_what_is_not_json_leaves_the_old_one(saved):
    """A header that cannot be written fails before the file is touched."""
    path = saved("decoder")
    before = path.read_bytes()
    with pytest.raises(TypeError):
        checkpoint.save(path, *MODELS["decoder"][:2], "names", {"model": object()})
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_saving_over_an_old_one(saved):
    """A second save replaces the first."""
    saved("decoder")
    assert type(checkpoint.load(saved("ngram"))[0]) is NGram


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path):
    """A folder in the way, or a file where a folder should be: a UserError."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("as it was")
    for path in (tmp_path / "folder", tmp_path / "file" / "model.npz"):
        with pytest.raises(UserError, match="^out: expected a file that can be written"):
            checkpoint.save(path, *MODELS["decoder"][:2], "names", {})
    assert (tmp_path / "file").read_text() == "as it was" and len(list(tmp_path.iterdir())) == 2
