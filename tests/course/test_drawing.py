"""What a submission's loop draws: the solution's is kept, anybody else's picture is not."""

import io
from base64 import b64decode

import numpy as np
import pytest
from implementations import SOLUTIONS
from PIL import Image

from minigen.course import drawing
from minigen.course.load import load
from minigen.course.units import BY_NUMBER


def functions(number):
    return load(BY_NUMBER[number], SOLUTIONS / f"{BY_NUMBER[number].name}.py")


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """All networks, hardly trained."""
    folder = tmp_path_factory.mktemp("networks")
    drawing.prepare(folder, drawing.needed({8, 14}, album=True), size="tiny")
    return folder


def picture(content):
    """The pixels of a PNG in base64."""
    with Image.open(io.BytesIO(b64decode(content))) as image:
        return np.array(image)


def test_only_what_is_needed_is_trained(tmp_path):
    """One network for the page, four for the album, none for units that draw nothing; nothing is trained twice"""
    assert drawing.needed({1, 3, 8}, album=False) == []
    assert drawing.needed({14}, album=True) == [("sprite", "AR")]
    assert set(drawing.needed({8}, album=True)) == set(drawing.MODELS)
    drawing.prepare(tmp_path, [("poem", "NAR")], size="tiny")
    made, = tmp_path.iterdir()
    before = made.stat().st_mtime_ns
    drawing.prepare(tmp_path, [("poem", "NAR")], size="tiny")
    assert [one.stat().st_mtime_ns for one in tmp_path.iterdir()] == [before]


def test_monsters_are_completed(networks):
    """The upper halves are those of held-out monsters, and the lower ones are filled; the same seed gives the same picture"""
    content = drawing.completed(networks, functions(14), 7)
    assert content == drawing.completed(networks, functions(14), 7) != drawing.completed(networks, functions(14), 8)
    valid, codec = drawing._held_out("sprites")
    small = picture(content)[::drawing.SCALE, ::drawing.SCALE]
    height, width = codec.height + 1, codec.width + 1
    originals = codec.to_rgb(valid)
    for k in range(drawing.COMPLETED):
        given, made = (small[row * height:row * height + codec.height, k * width:k * width + codec.width] for row in (0, 1))
        half = codec.height // 2
        assert (given[:half] == made[:half]).all() and (originals[:, :half] == made[:half]).all(axis=(1, 2, 3)).any()
        assert (given[half:] != made[half:]).any()


@pytest.mark.parametrize("wrong", [lambda got: got.tolist(), lambda got: got[:1], lambda got: np.full_like(got, 99), lambda got: got.astype(float), lambda got: None])
def test_what_is_no_picture_is_not_shown(networks, wrong):
    """A list, another shape, ids that are no colours, floats: no picture, and no error"""
    right = functions(14)

    class Impl:
        @staticmethod
        def complete(*arguments):
            return wrong(right.complete(*arguments))
    assert drawing.completed(networks, Impl, 7) == ""


def test_cards_are_what_the_loop_drew(networks):
    """A monster and a quatrain each; over some seeds both strategies occur; the content is a PNG or a text"""
    drawn = [card for seed in range(6) for card in drawing.cards(networks, functions(8), seed)]
    assert len(drawn) == 12
    assert {(card["kind"], card["strategy"]) for card in drawn} == set(drawing.MODELS)
    for card in drawn:
        assert picture(card["content"]).shape == (160, 160, 3) if card["kind"] == "sprite" else card["content"].strip()


def test_nobody_puts_a_picture_of_his_own_into_the_album(networks):
    """A loop that draws something else with these dice, a held-out one too, has no card"""
    def fill(logits, canvas, u, plan, mask):
        logits(canvas, np.array([0]))
        yield drawing._held_out("sprites")[0][:1] if canvas.shape[1] == 400 else np.zeros_like(canvas)

    class Impl:
        pass
    Impl.fill = staticmethod(fill)
    assert [card for seed in range(4) for card in drawing.cards(networks, Impl, seed)] == []


@pytest.mark.parametrize("canvas, at", [(None, [0]), ([[0]], [0]), (np.zeros((1, 400)), [0]), (np.full((1, 400), 99), [0]), (np.zeros((1, 400), int), [400]),
                                        (np.zeros((1, 400), int), [-1]), (np.zeros((1, 399), int), [0]), (np.zeros((9, 400), int), [0]), (np.zeros((1, 400), int), [0] * 401),
                                        (np.zeros((1, 400), int), "x")])
def test_a_network_is_not_asked_nonsense(networks, canvas, at):
    """What a submission gives the callback is checked before a network sees it"""
    asked = drawing._asked(drawing._model(networks, ("sprite", "NAR"))[0])
    with pytest.raises(ValueError, match="canvas"):
        asked(canvas, np.array(at))


def test_reals_are_held_out_ones():
    """Half the cards: pictures and texts of the held-out data, none twice"""
    found = drawing.reals(5, 1)
    assert [card["kind"] for card in found] == ["sprite"] * 5 + ["poem"] * 5
    valid, codec = drawing._held_out("poems")
    texts = {codec.decode(row) for row in valid}
    assert {card["content"] for card in found if card["kind"] == "poem"} <= texts
    assert len({card["content"] for card in found}) == 10
