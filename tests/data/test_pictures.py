"""Pixels in and out, the shipped pictures, and every way a folder of pictures can be wrong."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import minigen.data
from minigen.data import PictureCodec, codec_from_settings, digits, picture_folder, sprites
from minigen.data.pictures import MASK_SHOWN
from minigen.errors import UserError

ASSETS = Path(minigen.data.__file__).with_name("assets")
PALETTE = np.array([[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)


def colour_counts(tokens, vocab_size):
    return np.array([np.bincount(row, minlength=vocab_size) for row in tokens])


# --- PictureCodec --------------------------------------------------------------------------

def test_decode_undoes_encode():
    codec, rng = PictureCodec(PALETTE, 3, 5), np.random.default_rng(0)
    for _ in range(100):
        index = rng.integers(4, size=(3, 5))
        tokens = codec.encode(index)
        assert tokens.shape == (15,) and tokens.dtype == np.int64
        assert np.array_equal(codec.decode(tokens), index)
    many = rng.integers(5, size=(2, 6, 15))                     # 4 is the mask
    assert np.array_equal(codec.decode(many).reshape(many.shape), many)


def test_raster_order_goes_right_then_down():
    assert PictureCodec(PALETTE, 2, 2).decode([0, 1, 2, 3]).tolist() == [[0, 1], [2, 3]]


def test_rgb_is_the_palette_and_masks_stand_out():
    codec = PictureCodec(PALETTE, 2, 3)
    rgb = codec.to_rgb([[0, 1, 2, 3, 4, 4], [4] * 6])
    assert rgb.shape == (2, 2, 3, 3) and rgb.dtype == np.uint8
    assert np.array_equal(rgb[0].reshape(6, 3)[:4], PALETTE)
    assert np.array_equal(rgb[1, 0], MASK_SHOWN[[0, 1, 0]]) and np.array_equal(rgb[1, 1], MASK_SHOWN[[1, 0, 1]])
    for data in (sprites(), digits()):          # out of 255 steps, 30 away from every real colour
        away = data.codec.palette[:, None].astype(int) - MASK_SHOWN.astype(int)
        assert np.linalg.norm(away, axis=-1).min() > 30


def test_mirror():
    codec = PictureCodec(PALETTE, 2, 3)
    assert codec.mirror(np.array([[0, 1, 2, 3, 0, 1]])).tolist() == [[2, 1, 0, 1, 0, 3]]
    tokens = np.random.default_rng(0).integers(5, size=(20, 6))
    assert np.array_equal(codec.mirror(codec.mirror(tokens)), tokens)


def test_mirror_half_throws_one_coin_per_picture():
    codec = PictureCodec(PALETTE, 2, 3)
    tokens = np.tile([0, 1, 2, 3, 0, 1], (1000, 1))
    seen = codec.mirror_half(tokens, np.random.default_rng(0))
    mirrored = (seen == codec.mirror(tokens)).all(axis=1)
    assert (mirrored | (seen == tokens).all(axis=1)).all()
    assert abs(mirrored.mean() - 0.5) < 0.08                    # 1000 coins: false alarm below 1e-6


def test_settings_survive_json():
    codec = PictureCodec(PALETTE, 3, 5)
    again = codec_from_settings(json.loads(json.dumps(codec.settings())))
    assert np.array_equal(again.palette, PALETTE) and again.palette.dtype == np.uint8
    assert (again.height, again.width, again.vocab_size, again.end) == (3, 5, 4, None)


def test_pictures_of_the_wrong_shape():
    codec = PictureCodec(PALETTE, 3, 5)
    with pytest.raises(UserError, match="expected shape"):
        codec.encode(np.zeros((5, 3)))
    with pytest.raises(UserError, match="ids from 0 to 3"):
        codec.encode(np.full((3, 5), 4))
    with pytest.raises(UserError, match="rows of 15"):
        codec.decode(np.zeros(14))
    with pytest.raises(UserError, match="ids from 0 to 4"):
        codec.to_rgb(np.full(15, 5))
    for palette, height in [(PALETTE[:, :2], 3), (PALETTE[:0], 3), (PALETTE, 0)]:
        with pytest.raises(UserError):
            PictureCodec(palette, height, 5)
    with pytest.raises(UserError):
        codec_from_settings({"codec": "pictures", "palette": [[1, 2]], "height": 1, "width": 1})

# --- Pictures as signals -------------------------------------------------------------------

GREY = np.repeat(np.array([[255], [240], [7], [0]], np.uint8), 3, axis=1)


@pytest.mark.parametrize("palette, has_empty, channels", [(PALETTE, False, 3), (PALETTE, True, 4), (GREY, False, 1), (GREY, True, 2)])
def test_quantise_undoes_to_signal(palette, has_empty, channels):
    """Every token comes back, from signals and from signals with a little noise; numbers lie between -1 and 1."""
    codec, rng = PictureCodec(palette, 3, 5, has_empty), np.random.default_rng(0)
    tokens = rng.integers(4, size=(2, 6, 15))
    signal = codec.to_signal(tokens)
    assert signal.shape == (2, 6, 15, channels) and signal.dtype == np.float32
    assert np.abs(signal).max() == 1.0
    assert np.array_equal(codec.quantise(signal), tokens)
    assert np.array_equal(codec.quantise(signal + rng.uniform(-0.01, 0.01, signal.shape)), tokens)
    assert np.array_equal(codec.decode(signal), codec.decode(tokens))


def test_shipped_pictures_are_greys_and_colours_with_an_empty_one():
    """Digits have one number a pixel, sprites four, the last of which says whether something is drawn."""
    for dataset, channels in ((digits(), 1), (sprites(), 4)):
        codec = dataset.codec
        signal = codec.to_signal(dataset.valid)
        assert signal.shape == (*dataset.valid.shape, channels)
        assert np.array_equal(codec.quantise(signal), dataset.valid)
        colours = signal[..., :3] if channels == 4 else np.repeat(signal, 3, axis=-1)
        drawn = signal[..., 3] > 0 if channels == 4 else np.ones(dataset.valid.shape, bool)
        assert channels == 1 or np.array_equal(drawn, dataset.valid != 0)
        np.testing.assert_allclose((colours[drawn] + 1) * 127.5, codec.palette[dataset.valid[drawn]], atol=1e-3)


@pytest.mark.parametrize("has_empty", [False, True])
def test_quantise_takes_the_nearest(has_empty):
    """Of any signal the nearest palette entry, by a loop over all of them."""
    codec, rng = PictureCodec(PALETTE, 2, 3, has_empty), np.random.default_rng(1)
    signal = rng.uniform(-2, 2, (20, 6, codec.signals.shape[1]))
    for one, got in zip(signal.reshape(120, -1), codec.quantise(signal).ravel(), strict=True):
        far = [sum((a - b) ** 2 for a, b in zip(one, entry)) for entry in codec.signals.astype(float)]
        assert far[got] == pytest.approx(min(far), abs=1e-5)


@pytest.mark.parametrize("palette", [PALETTE, GREY])
@pytest.mark.parametrize("has_empty", [False, True])
def test_signals_show_as_they_are(palette, has_empty):
    """Clean signals look like their tokens, noisy ones by a plain loop: cut to -1 .. 1, mixed with paper as far as nothing is drawn."""
    codec, rng = PictureCodec(palette, 3, 5, has_empty), np.random.default_rng(2)
    tokens = rng.integers(4, size=(7, 15))
    assert np.array_equal(codec.to_rgb(codec.to_signal(tokens)), codec.to_rgb(tokens))
    signal = 1.5 * rng.standard_normal((7, 15, codec.signals.shape[1]))
    rgb = codec.to_rgb(signal)
    assert rgb.shape == (7, 3, 5, 3) and rgb.dtype == np.uint8
    for one, got in zip(signal.reshape(105, -1), rgb.reshape(105, 3), strict=True):
        share = [(min(max(value, -1), 1) + 1) / 2 for value in one]
        colour = [255 * share[k if palette is PALETTE else 0] for k in range(3)]
        ink = share[-1] if has_empty else 1.0
        assert got.tolist() == pytest.approx([ink * c + (1 - ink) * paper for c, paper in zip(colour, palette[0])], abs=0.51)


def test_an_empty_colour_survives_json_and_old_checkpoints():
    codec = PictureCodec(PALETTE, 3, 5, has_empty=True)
    again = codec_from_settings(json.loads(json.dumps(codec.settings())))
    assert again.has_empty and np.array_equal(again.signals, codec.signals)
    old = {key: value for key, value in codec.settings().items() if key != "has_empty"}
    assert not codec_from_settings(old).has_empty


def test_signals_of_the_wrong_shape():
    codec = PictureCodec(PALETTE, 3, 5)
    for signal in (np.zeros((15, 4)), np.zeros((14, 3)), np.zeros(3)):
        for look in (codec.quantise, codec.decode, codec.to_rgb):
            with pytest.raises(UserError, match="rows of 15 pixels with 3 numbers"):
                look(signal)
    with pytest.raises(UserError, match="ids from 0 to 3"):
        codec.to_signal(np.full(15, 4))                         # a mask looks like nothing


# --- the shipped pictures ------------------------------------------------------------------

def test_sprites_are_split_by_stem():
    """349 to learn from, 37 held out, no stem on both sides"""
    data = sprites()
    assert data.train.shape == (349, 400) and data.valid.shape == (37, 400)
    assert data.codec.vocab_size == 32
    with np.load(ASSETS / "monsters20.npz") as file:
        index, name = file["index"].reshape(386, 400), file["name"]
    stem_of = {row.tobytes(): re.sub(r"[_\d].*", "", one) for row, one in zip(index.astype(np.int64), name)}
    assert len(stem_of) == 386
    train, valid = ({stem_of[row.tobytes()] for row in part} for part in (data.train, data.valid))
    assert not train & valid and len(valid) == 29 and len(train) + len(valid) == 248


def test_no_sprite_held_out_is_learned_even_mirrored():
    data = sprites()
    learned = {row.tobytes() for row in data.train} | {row.tobytes() for row in data.codec.mirror(data.train)}
    assert not learned & {row.tobytes() for row in data.valid}


def test_sprite_batches_keep_every_colour():
    data = sprites()
    seen = np.concatenate([tokens for tokens, _ in data.batches(64, np.random.default_rng(0))])
    assert seen.shape == data.train.shape
    assert sorted(colour_counts(seen, 32).tolist()) == sorted(colour_counts(data.train, 32).tolist())
    assert {row.tobytes() for row in seen} != {row.tobytes() for row in data.train}     # some were mirrored


def test_there_is_a_source_for_every_sprite():
    assert len((ASSETS / "monsters_sources.txt").read_text("utf-8").splitlines()) == 386


def test_digits():
    data = digits()
    assert (len(data.train), len(data.valid), len(data.test)) == (1000, 350, 447)
    assert (data.codec.vocab_size, data.length, data.n_labels, data.augment) == (17, 64, 10, None)
    assert set(data.train_label.tolist()) == set(range(10))
    with np.load(ASSETS / "digits8.npz") as file:
        image, label = file["image"], file["label"]
    every = np.concatenate([data.train, data.valid, data.test])
    assert np.array_equal(data.codec.decode(every), image)
    assert np.array_equal(np.concatenate([data.train_label, data.valid_label, data.test_label]), label)
    assert len(np.unique(every, axis=0)) == 1797                # so none is in two parts
    assert data.codec.to_rgb(np.full(64, 0)).min() == 255 and data.codec.to_rgb(np.full(64, 16)).max() == 0


# --- pictures of one's own -----------------------------------------------------------------

def few_colours(rng, n, size=(6, 5)):
    """Pictures (n, H, W, 4) over four colours, some pixels transparent."""
    rgba = np.concatenate([PALETTE, np.full((4, 1), 255, np.uint8)], axis=1)[rng.integers(4, size=(n, *size))]
    rgba[..., 3] = np.where(rng.random((n, *size)) < 0.3, rng.integers(128, size=(n, *size)), 255)
    return rgba


def save_folder(folder, pictures):
    folder.mkdir(exist_ok=True)
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{i:03}.png")
    return folder


def test_a_folder_keeps_exact_colours(tmp_path):
    pictures = few_colours(np.random.default_rng(0), 20)
    data = picture_folder(save_folder(tmp_path / "mine", pictures))
    assert (len(data.train), len(data.valid)) == (18, 2)
    assert data.codec.vocab_size == 5                           # four colours and empty
    order = np.random.default_rng(0).permutation(20)
    tokens = np.concatenate([data.train, data.valid])
    rgb = data.codec.to_rgb(tokens)
    empty = pictures[order][..., 3] < 128
    assert np.array_equal(data.codec.decode(tokens) == 0, empty)
    assert np.array_equal(rgb[~empty], pictures[order][..., :3][~empty])
    assert data.augment is not None


def test_without_transparency_there_is_no_empty_colour(tmp_path):
    pictures = few_colours(np.random.default_rng(0), 20)[..., :3]
    data = picture_folder(save_folder(tmp_path / "mine", np.ascontiguousarray(pictures)))
    assert data.codec.vocab_size == 4


@pytest.mark.parametrize("colours", [2, 8, 32])
def test_many_colours_become_few(tmp_path, colours):
    pictures = np.random.default_rng(0).integers(256, size=(20, 8, 8, 4)).astype(np.uint8)
    data = picture_folder(save_folder(tmp_path / "mine", pictures), colours=colours)
    assert data.codec.vocab_size <= colours
    light = data.codec.palette[1:] @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(light) >= 0).all()                          # dark to light after the empty one


def test_more_colours_draw_a_closer_picture(tmp_path):
    pictures = np.random.default_rng(0).integers(256, size=(20, 8, 8, 3)).astype(np.uint8)
    folder, order = save_folder(tmp_path / "mine", pictures), np.random.default_rng(0).permutation(20)
    distance = []
    for colours in (2, 8, 64):
        data = picture_folder(folder, colours=colours)
        rgb = data.codec.to_rgb(np.concatenate([data.train, data.valid])).astype(int)
        distance.append(((rgb - pictures[order]) ** 2).mean())
    assert distance[0] > distance[1] > distance[2]


def test_a_sheet_is_the_folder_of_its_tiles(tmp_path):
    tiles = few_colours(np.random.default_rng(0), 20)
    sheet = tiles.reshape(4, 5, 6, 5, 4).swapaxes(1, 2).reshape(24, 25, 4)
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    from_tiles = picture_folder(save_folder(tmp_path / "tiles", tiles))
    from_sheet = picture_folder(tmp_path / "sheet.png", tile=(6, 5))
    from_sheets = picture_folder(save_folder(tmp_path / "sheets", [sheet[:12], sheet[12:]]), tile=(6, 5))
    for data in (from_sheet, from_sheets):
        assert np.array_equal(data.train, from_tiles.train) and np.array_equal(data.valid, from_tiles.valid)


def test_square_tiles_need_one_number(tmp_path):
    Image.fromarray(few_colours(np.random.default_rng(0), 1, (24, 32))[0]).save(tmp_path / "sheet.png")
    data = picture_folder(tmp_path / "sheet.png", tile=8)
    assert (len(data.train) + len(data.valid), data.codec.height, data.codec.width) == (12, 8, 8)


def test_empty_tiles_copies_and_mirror_images_do_not_count(tmp_path):
    tiles = few_colours(np.random.default_rng(0), 12)
    more = np.concatenate([tiles, np.zeros_like(tiles[:3]), tiles[:2], tiles[2:4, :, ::-1]])
    data = picture_folder(save_folder(tmp_path / "mine", more))
    assert len(data.train) + len(data.valid) == 12


def test_all_sorts_of_png(tmp_path):
    """grey, palette and 16-bit PNGs all become colours"""
    pictures = few_colours(np.random.default_rng(0), 12)
    folder = save_folder(tmp_path / "mine", pictures)
    Image.fromarray(pictures[0]).convert("L").save(folder / "000.png")
    Image.fromarray(pictures[1]).convert("P").save(folder / "001.PNG")
    grey = np.arange(30, dtype=np.uint16).reshape(6, 5) * 2000
    Image.fromarray(grey).save(folder / "002.png")
    (folder / "notes.txt").write_text("not a picture, and no matter")
    (folder / "._000.png").write_bytes(b"what a file manager leaves behind")
    data = picture_folder(folder, colours=256)
    every = np.concatenate([data.codec.to_rgb(data.train), data.codec.to_rgb(data.valid)])
    assert any(np.array_equal(one[..., 0], grey >> 8) for one in every)


def test_nothing_there(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        picture_folder(tmp_path / "nothing")
    with pytest.raises(UserError, match="which has none"):
        picture_folder(tmp_path)
    Image.fromarray(PALETTE[None]).save(tmp_path / "sheet.png")
    with pytest.raises(UserError, match="the file .*--tile"):
        picture_folder(tmp_path / "sheet.png")


def test_not_a_picture(tmp_path):
    folder = save_folder(tmp_path / "mine", few_colours(np.random.default_rng(0), 12))
    whole = (folder / "003.png").read_bytes()
    for raw in (b"", b"hello", whole[:20], whole[:len(whole) // 2], whole[:40] + b"x" + whole[41:]):
        (folder / "003.png").write_bytes(raw)
        with pytest.raises(UserError, match=r"003\.png, which cannot be read"):
            picture_folder(folder)
    (folder / "003.png").unlink()
    (folder / "003.png").mkdir()
    with pytest.raises(UserError, match=r"the folder .*003\.png"):
        picture_folder(folder)


def test_sizes_that_differ(tmp_path):
    pictures = few_colours(np.random.default_rng(0), 12)
    folder = save_folder(tmp_path / "mine", [*pictures[:7], pictures[7][:, :4], *pictures[8:]])
    with pytest.raises(UserError, match=r"6 x 5, as 000\.png.*6 x 4 in 007\.png"):
        picture_folder(folder)


@pytest.mark.parametrize("tile", [7, (6, 7), 64])
def test_a_sheet_that_does_not_divide(tmp_path, tile):
    Image.fromarray(few_colours(np.random.default_rng(0), 1, (24, 25))[0]).save(tmp_path / "sheet.png")
    with pytest.raises(UserError, match=r"divides sheet\.png \(24 x 25\)"):
        picture_folder(tmp_path / "sheet.png", tile=tile)


@pytest.mark.parametrize("tile", [0, 65, (8, 0), (8, 8, 8)])
def test_tiles_that_cannot_be(tmp_path, tile):
    with pytest.raises(UserError, match="tile"):
        picture_folder(tmp_path, tile=tile)


def test_too_few_or_too_large(tmp_path):
    tiles = few_colours(np.random.default_rng(0), 10)
    assert len(picture_folder(save_folder(tmp_path / "ten", tiles)).valid) == 1
    with pytest.raises(UserError, match="at least 10 different pictures, got 9"):
        picture_folder(save_folder(tmp_path / "nine", [*tiles[:9], tiles[0]]))
    with pytest.raises(UserError, match="at least 10 different pictures, got 0"):
        picture_folder(save_folder(tmp_path / "empty", np.zeros_like(tiles)))
    with pytest.raises(UserError, match="at most 64 x 64 .*--tile"):
        picture_folder(save_folder(tmp_path / "large", np.zeros((10, 65, 8, 4), np.uint8)))
    Image.new("1", (4096, 4097)).save(tmp_path / "huge.png")
    with pytest.raises(UserError, match="Split it"):
        picture_folder(tmp_path / "huge.png", tile=1)


@pytest.mark.parametrize("colours", [1, 257])
def test_palettes_that_cannot_be(tmp_path, colours):
    with pytest.raises(UserError, match="colours: expected a value from 2 to 256"):
        picture_folder(tmp_path, colours=colours)
