"""Pictures in and out: a token is a pixel, its id a colour of a small palette."""

import io
import re
from pathlib import Path

import numpy as np

from minigen.data.batches import Items
from minigen.data.text import nine_tenths
from minigen.errors import UserError, expect_range, expect_shape, expect_tokens, say

ASSETS = Path(__file__).with_name("assets")

# A pixel that is still open shows as a chequered lilac: the shipped palettes have nothing near
# it, and in a palette of your own the chequers still tell it apart.
MASK_SHOWN = np.array([[240, 200, 255], [226, 176, 244]], np.uint8)     # (2, 3)

LARGEST_SIDE = 64               # pixels of a picture that is learned: 64 x 64 = 4096 tokens
LARGEST_SHEET = 4096 * 4096     # pixels of a sheet that is cut up: 64 MB in memory
FEWEST_PICTURES = 10            # nine to learn from, one held out
OPAQUE = 128                    # alpha from here on counts as drawn


class PictureCodec:
    """Pixels in raster order (left to right, then down) to ids and back.

    Parameters
    ----------
    palette : (V, 3) uint8
        Red, green, blue of every id.
    height, width : int
        H and W; T = H W.
    has_empty : bool
        Id 0 is "nothing drawn here", which is no colour even where the palette shows it as white.
    """

    end = None                  # a picture has its size from the start

    def __init__(self, palette, height, width, has_empty=False):
        palette = np.asarray(palette, np.uint8)
        expect_shape("palette", palette, (None, 3), hint="Red, green and blue of every colour.")
        expect_range("palette", len(palette), 1, hint="How many colours are there?")
        expect_range("height", height, 1)
        expect_range("width", width, 1)
        self.palette, self.height, self.width, self.has_empty = palette, int(height), int(width), bool(has_empty)
        self.vocab_size = len(palette)                                  # V; the mask is id V
        self.length = self.height * self.width                          # T
        self.signals = _signals(palette, self.has_empty)                # (V, C)

    def encode(self, index):
        """Colour ids `(H, W)` to tokens `(T,)`."""
        index = np.asarray(index, np.int64)
        expect_shape("index", index, (self.height, self.width))
        expect_tokens("index", index, self.vocab_size)
        return index.reshape(-1)                                        # (T,)

    def decode(self, tokens):
        """Tokens `(..., T)`, or signals `(..., T, C)`, to colour ids `(..., H, W)`; a mask stays id V."""
        if np.asarray(tokens).dtype.kind == "f":
            tokens = self.quantise(tokens)
        tokens = np.asarray(tokens, np.int64)
        if tokens.ndim == 0 or tokens.shape[-1] != self.length:
            raise say("tokens", f"rows of {self.length} (pictures of {self.height} x {self.width})",
                      f"shape {tokens.shape}")
        expect_tokens("tokens", tokens, self.vocab_size, masks_allowed=True)
        return tokens.reshape(*tokens.shape[:-1], self.height, self.width)      # (..., H, W)

    def to_signal(self, tokens):
        """Tokens `(..., T)` to what a continuous model paints with: `(..., T, C)` float32 from -1 to 1.

        A palette of greys has one number, any other red, green and blue; one more, where there is an empty
        colour, says whether anything is drawn.
        """
        tokens = np.asarray(tokens, np.int64)
        expect_tokens("tokens", tokens, self.vocab_size)
        return self.signals[tokens]                                     # (..., T, C)

    def quantise(self, signal):
        """The nearest token of every pixel: signals `(..., T, C)` to `(..., T)`. Undoes `to_signal`."""
        signal = self._expect_signal(signal)
        # |signal - s|² without what is the same for every s; a product of matrices, not an array (..., T, V, C).
        far = (self.signals ** 2).sum(axis=1) - 2.0 * (signal @ self.signals.T)        # (..., T, V)
        return far.argmin(axis=-1)                                      # (..., T)

    def _expect_signal(self, signal):
        signal = np.asarray(signal)
        if signal.ndim < 2 or signal.shape[-2:] != (self.length, self.signals.shape[1]):
            raise say("signal", f"rows of {self.length} pixels with {self.signals.shape[1]} numbers each", f"shape {signal.shape}")
        return signal

    def to_rgb(self, tokens):
        """Tokens `(..., T)` to `(..., H, W, 3)` uint8; masks are chequered lilac.

        Signals `(..., T, C)` show as they are, noise and all: the less is drawn, the more of the paper is seen.
        """
        if np.asarray(tokens).dtype.kind == "f":
            return self._signal_to_rgb(tokens)
        index = self.decode(tokens)                                     # (..., H, W)
        down, right = np.indices((self.height, self.width))             # (H, W)
        open_place = MASK_SHOWN[(down + right) % 2]                     # (H, W, 3)
        drawn = self.palette[np.minimum(index, self.vocab_size - 1)]    # (..., H, W, 3)
        return np.where(index[..., None] == self.vocab_size, open_place, drawn)

    def _signal_to_rgb(self, signal):
        shown = (np.clip(self._expect_signal(signal), -1.0, 1.0) + 1.0) / 2.0      # (..., T, C)
        n_colours = shown.shape[-1] - self.has_empty
        rgb = 255.0 * np.broadcast_to(shown[..., :n_colours], (*shown.shape[:-1], 3))
        if self.has_empty:
            paper, drawn = self.palette[0], shown[..., -1:]
            rgb = drawn * rgb + (1.0 - drawn) * paper
        rgb = np.rint(rgb).astype(np.uint8)
        return rgb.reshape(*rgb.shape[:-2], self.height, self.width, 3)             # (..., H, W, 3)

    def mirror(self, tokens):
        """The same pictures `(..., T)`, left and right exchanged."""
        return self.decode(tokens)[..., ::-1].reshape(np.shape(tokens))         # (..., T)

    def mirror_half(self, tokens, rng):
        """Each of the pictures `(B, T)` mirrored or not: one coin per picture."""
        coin = rng.random(len(tokens)) < 0.5                            # (B,)
        return np.where(coin[:, None], self.mirror(tokens), tokens)     # (B, T)

    def settings(self):
        """What a checkpoint keeps, fit for JSON."""
        return {"codec": "pictures", "palette": self.palette.tolist(),
                "height": self.height, "width": self.width, "has_empty": self.has_empty}

    @classmethod
    def from_settings(cls, settings):
        return cls(settings["palette"], settings["height"], settings["width"], settings.get("has_empty", False))


def _signals(palette, has_empty):
    """The table behind `to_signal`, (V, C) float32."""
    colours = palette[int(has_empty):].astype(np.float32) / 127.5 - 1.0             # (V or V - 1, 3)
    if (colours == colours[:, :1]).all():                               # greys
        colours = colours[:, :1]
    if not has_empty:
        return colours
    drawn = np.pad(colours, ((0, 0), (0, 1)), constant_values=1.0)
    empty = np.pad(np.zeros((1, colours.shape[1]), np.float32), ((0, 0), (0, 1)), constant_values=-1.0)   # no colour: the middle
    return np.concatenate([empty, drawn])                               # (V, C)


def sprites():
    """386 monsters of 20 x 20 pixels over 32 colours (id 0 is empty), mirrored for training.

    The split is by the stem of the name: of 248 stems 29 are held out, with all their colour
    variants. A blue butterfly in training would give the red one away.
    """
    with np.load(ASSETS / "monsters20.npz") as file:
        index, palette, name = file["index"], file["palette"], file["name"]
    stem = np.array([re.sub(r"[_\d].*", "", one) for one in name])      # (N,)
    stems = np.array(sorted(set(stem)))
    held_out = np.isin(stem, np.random.default_rng(0).choice(stems, 29, replace=False))
    codec = PictureCodec(palette, *index.shape[1:], has_empty=True)
    tokens = index.reshape(len(index), -1).astype(np.int64)             # (N, T)
    return Items("sprites", codec, tokens[~held_out], tokens[held_out], augment=codec.mirror_half)


def digits():
    """1,797 handwritten digits, 8 x 8 over 17 greys (0 paper, 16 ink); the label is the digit.

    Split in the order of the file: 1000 train, 350 validate, the other 447 test.
    """
    with np.load(ASSETS / "digits8.npz") as file:
        image, label = file["image"], file["label"].astype(np.int64)
    grey = 255 - np.arange(17) * 255 // 16                              # (V,) dark ink on white paper
    codec = PictureCodec(np.repeat(grey[:, None], 3, axis=1), *image.shape[1:])
    tokens = image.reshape(len(image), -1).astype(np.int64)             # (N, T)
    train, valid, test = slice(1000), slice(1000, 1350), slice(1350, None)
    return Items("digits", codec, tokens[train], tokens[valid], label[train], label[valid],
                 n_labels=10, test=tokens[test], test_label=label[test])


def picture_folder(path, tile=None, colours=32):
    """Pictures of your own: a folder of PNGs of one size, or sprite sheets cut into tiles.

    Pixels with alpha below 128 are empty, id 0, if there are any. All pictures share one
    palette: their own colours where these are few enough, otherwise the nearest of a palette
    that Pillow makes (median cut). Empty tiles are left out, and so are copies, mirrored
    ones too: training mirrors, and what is held out must not have been learned.

    Parameters
    ----------
    path : str or Path
        A folder of PNGs (not the folders inside it), or one PNG with `tile`.
    tile : int or (H, W), optional
        The size of a tile on a sheet.
    colours : int
        V at most, the empty one included.

    Returns
    -------
    Items
        In the order of `default_rng(0).permutation`; the last tenth validates.

    Raises
    ------
    UserError
        Nothing there, not a picture, sizes that differ or do not divide, too few, too large.
    """
    expect_range("colours", colours, 2, 256)
    if tile is not None:
        tile = _tile_size(tile)
    tiles = _read_tiles(Path(path), tile)                               # (N, H, W, 4)
    drawn = (tiles[..., 3] >= OPAQUE).any(axis=(1, 2))                  # (N,)
    tiles = _without_copies(tiles[drawn])
    _expect_enough(path, tiles)
    has_empty = bool((tiles[..., 3] < OPAQUE).any())
    index, palette = _shared_palette(tiles, colours)                    # (N, H, W), (V, 3)
    index = _without_copies(index)              # fewer colours can make two pictures one
    _expect_enough(path, index)

    codec = PictureCodec(palette, *index.shape[1:], has_empty)
    tokens = index.reshape(len(index), -1)                              # (N, T)
    tokens = tokens[np.random.default_rng(0).permutation(len(tokens))]
    cut = nine_tenths(len(tokens))
    return Items("pictures", codec, tokens[:cut], tokens[cut:], augment=codec.mirror_half)


def _tile_size(tile):
    size = (tile, tile) if np.ndim(tile) == 0 else tuple(tile)
    if len(size) != 2:
        raise say("tile", "one side, or height and width", tile)
    for side in size:
        expect_range("tile", side, 1, LARGEST_SIDE, hint="Pixels of one side of a tile.")
    return size


def _read_tiles(path, tile):
    """Every tile of every file, red, green, blue and alpha: (N, H, W, 4) uint8."""
    parts, first = [], None
    for file in _png_files(path, tile):
        rgba = _read_png(file, tile)                                    # (h, w, 4)
        if tile is not None:
            parts.append(_cut(file, rgba, *tile))                       # (n, H, W, 4)
            continue
        first = first or (file, rgba.shape)
        if rgba.shape != first[1]:
            raise say("data", f"pictures of one size ({_size(first[1])}, as {first[0].name})",
                      f"{_size(rgba.shape)} in {file.name}",
                      "Are these sprite sheets? Cut them with --tile.")
        parts.append(rgba[None])                                        # (1, H, W, 4)
    return np.concatenate(parts)


def _png_files(path, tile):
    if not path.exists():
        raise say("data", "a folder of PNGs or a sprite sheet", f"{path}, which does not exist",
                  "Is the path right?")
    if not path.is_dir():
        if tile is None:
            raise say("data", "a folder of PNGs", f"the file {path}",
                      "Is it a sprite sheet? Say how large its tiles are with --tile.")
        return [path]
    # Names with a leading dot are what file managers leave behind, not pictures.
    try:
        files = sorted(file for file in path.iterdir()
                       if file.suffix.lower() == ".png" and not file.name.startswith("."))
    except OSError as error:
        raise say("data", "a folder that can be read", f"{path} ({error})") from None
    if not files:
        raise say("data", "a folder of PNGs", f"{path}, which has none",
                  "Only files directly inside it that end in .png count.")
    return files


def _read_png(file, tile):
    from PIL import Image       # here, so that `import minigen` stays quick

    if file.is_dir():
        raise say("data", "a PNG picture", f"the folder {file}")
    try:
        with Image.open(file, formats=("PNG",)) as image:
            width, height = image.size
            # The header is enough to refuse: nothing large is unpacked first.
            if tile is None and max(width, height) > LARGEST_SIDE:
                raise say("data", f"pictures of at most {LARGEST_SIDE} x {LARGEST_SIDE} pixels",
                          f"{height} x {width} in {file.name}",
                          "Is it a sprite sheet? Cut it with --tile.")
            if width * height > LARGEST_SHEET:
                raise say("data", f"a sheet of at most {LARGEST_SHEET} pixels",
                          f"{height} x {width} in {file.name}", "Split it into several files.")
            if image.mode.startswith("I"):      # 16-bit grey, which Pillow would clip to white
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            return np.asarray(image.convert("RGBA"))                    # (h, w, 4)
    except UserError:
        raise
    except Exception:           # a broken PNG comes out of Pillow as one of a dozen kinds of error
        raise say("data", "a PNG picture", f"{file}, which cannot be read as one",
                  "Is it cut short, or another kind of file?") from None


def png(rgb):
    """A picture (H, W, 3) uint8 as the bytes of a PNG."""
    from PIL import Image
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG", optimize=True)
    return file.getvalue()


def _cut(file, rgba, height, width):
    rows, columns = rgba.shape[0] // height, rgba.shape[1] // width
    if (rows * height, columns * width) != rgba.shape[:2] or rows * columns == 0:
        raise say("tile", f"a size that divides {file.name} ({_size(rgba.shape)})",
                  f"{height} x {width}", "Height comes first. Is there a border or a gap between tiles?")
    grid = rgba.reshape(rows, height, columns, width, 4).swapaxes(1, 2)         # (rows, columns, H, W, 4)
    return grid.reshape(-1, height, width, 4)                           # (n, H, W, 4)


def _size(shape):
    return f"{shape[0]} x {shape[1]}"


def _expect_enough(path, pictures):
    if len(pictures) < FEWEST_PICTURES:
        raise say("data", f"at least {FEWEST_PICTURES} different pictures", f"{len(pictures)} in {path}",
                  "Empty tiles and copies do not count.")


def _without_copies(pictures):
    """The first of every picture; a mirror image is a copy."""
    seen, kept = set(), []
    for i, picture in enumerate(pictures):
        look = min(picture.tobytes(), picture[:, ::-1].tobytes())
        if look not in seen:
            seen.add(look)
            kept.append(i)
    return pictures[kept]


def _shared_palette(tiles, colours):
    """Ids (N, H, W) int64 and their palette (V, 3), dark to light after the empty one."""
    drawn = tiles[..., 3] >= OPAQUE                                     # (N, H, W)
    n_empty = 0 if drawn.all() else 1
    pixels = tiles[drawn][:, :3]                                        # (n, 3)
    palette, ids = _unique_rows(pixels)
    if len(palette) > colours - n_empty:
        from PIL import Image

        strip = Image.fromarray(np.ascontiguousarray(pixels)[None])     # 1 x n pixels
        few = strip.quantize(colours - n_empty, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette, ids = _unique_rows(np.asarray(few.convert("RGB"))[0])
    by_light = np.argsort(palette @ np.array([0.299, 0.587, 0.114]), kind="stable")
    rank = np.argsort(by_light)                                         # (V,) old id -> new id
    index = np.zeros(drawn.shape, np.int64)
    index[drawn] = rank[ids] + n_empty
    empty = np.full((n_empty, 3), 255, np.uint8)                        # shows as white paper
    return index, np.concatenate([empty, palette[by_light]])


def _unique_rows(pixels):
    """Different colours (V, 3) and the id of each pixel (n,)."""
    packed = pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])   # (n,)
    colours, ids = np.unique(packed, return_inverse=True)
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8), ids
