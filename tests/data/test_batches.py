"""One epoch shows every piece once; what is held out never comes; shapes are checked."""

from collections import Counter

import numpy as np
import pytest

from minigen.data import CharCodec, Items, Stream
from minigen.errors import UserError
from minigen.protocols import NO_CONDITION

CODEC = CharCodec("abcdefghij", has_end=False)


def numbered_items(n=23, **more):
    """Item i spells the number i, so that it can be found again."""
    spelled = np.array([[i // 10, i % 10] for i in range(n)])
    return Items("numbers", CODEC, spelled, spelled[:1], **more)


class Counted:
    """A codec whose tokens are 0 .. n-1: a stream of them shows where a row was cut."""

    def __init__(self, n):
        self.vocab_size, self.end = n, None


def counted_stream(n, length):
    return Stream("numbers", Counted(n), np.arange(n), np.arange(length), length)


@pytest.mark.parametrize("size", [1, 4, 23, 100])
def test_each_item_once_an_epoch(size):
    data, rng = numbered_items(), np.random.default_rng(0)
    batches = list(data.batches(size, rng))
    assert [len(tokens) for tokens, _ in batches] == [size] * (23 // size) + [23 % size] * (23 % size > 0)
    seen = np.concatenate([tokens for tokens, _ in batches])
    assert sorted(seen @ [10, 1]) == list(range(23))
    assert all(condition == NO_CONDITION for _, condition in batches)


def test_same_dice_same_batches_and_another_epoch_another_order():
    data, rng = numbered_items(), np.random.default_rng(0)
    first, second = ([tokens.tolist() for tokens, _ in data.batches(5, rng)] for _ in range(2))
    assert first == [tokens.tolist() for tokens, _ in data.batches(5, np.random.default_rng(0))]
    assert first != second


def test_labels_stay_with_their_items():
    label = np.arange(23) % 7
    data = numbered_items(train_label=label, valid_label=label[:1], n_labels=7)
    for tokens, condition in data.batches(4, np.random.default_rng(0)):
        assert (condition.label == (tokens @ [10, 1]) % 7).all()
        assert condition.latent is None


def test_augment_is_applied_to_training_batches_only():
    data = numbered_items(augment=lambda tokens, rng: tokens[:, ::-1])
    seen = np.concatenate([tokens for tokens, _ in data.batches(4, np.random.default_rng(0))])
    assert sorted(seen @ [1, 10]) == list(range(23))
    assert data.train[12].tolist() == [1, 2]


@pytest.mark.parametrize("n, length", [(10, 5), (37, 5), (64, 8), (100, 7), (6, 1)])
def test_each_character_at_most_once_an_epoch(n, length):
    data, rng = counted_stream(n, length), np.random.default_rng(0)
    offsets = set()
    for _ in range(50):
        rows = np.concatenate([tokens for tokens, _ in data.batches(3, rng)])
        assert (np.diff(rows, axis=1) == 1).all()       # every row is a piece of the text
        seen = Counter(rows.ravel().tolist())
        assert max(seen.values()) == 1
        assert n - len(seen) < 2 * length
        offsets.add(rows.min())
    assert offsets == set(range(length))                # 50 throws; a miss below 1 in 1,000, seed fixed


def test_stream_batches_are_of_the_right_size_and_shuffled():
    sizes = [len(tokens) for tokens, _ in counted_stream(100, 5).batches(8, np.random.default_rng(0))]
    assert set(sizes[:-1]) == {8} and 0 < sizes[-1] <= 8
    rows = np.concatenate([tokens for tokens, _ in counted_stream(100, 5).batches(8, np.random.default_rng(0))])
    assert (np.diff(rows[:, 0]) < 0).any()


def test_stream_rows_are_consecutive_views():
    data = counted_stream(37, 5)
    assert np.array_equal(data.train, np.arange(35).reshape(7, 5))
    assert np.shares_memory(data.train, data.train_stream)
    assert data.valid.shape == (1, 5) and data.length == 5 and data.n_labels == 0


ROWS = np.zeros((4, 3), np.int64)
LABEL = np.zeros(4, np.int64)


@pytest.mark.parametrize("wrong, complaint", [
    ({"train": ROWS[0]}, "train: expected shape"),
    ({"train": ROWS[:0]}, "train: expected at least one item"),
    ({"valid": ROWS[:0]}, "valid: expected at least one item"),
    ({"valid": ROWS[:, :2]}, "valid: expected shape"),
    ({"train": ROWS + 10}, "train: expected ids from 0 to 9"),
    ({"test": ROWS - 1}, "test: expected ids"),
    ({"train_label": LABEL, "valid_label": LABEL}, "come together"),
    ({"n_labels": 2}, "come together"),
    ({"train_label": LABEL[:3], "valid_label": LABEL, "n_labels": 2}, "One label per item"),
    ({"train_label": LABEL, "valid_label": LABEL + 2, "n_labels": 2}, "labels from 0 to 1"),
])
def test_items_of_the_wrong_shape(wrong, complaint):
    with pytest.raises(UserError, match=complaint):
        Items(**{"kind": "numbers", "codec": CODEC, "train": ROWS, "valid": ROWS} | wrong)


@pytest.mark.parametrize("train, valid, length, complaint", [
    (np.arange(9), np.arange(5), 5, "train_stream: expected at least 10"),
    (np.arange(10), np.arange(4), 5, "valid_stream: expected at least 5"),
    (np.arange(10), np.arange(5), 0, "row_length"),
    (np.arange(10)[None], np.arange(5), 5, "flat"),
    (np.arange(11), np.arange(5), 5, "ids from 0 to 9"),
])
def test_streams_of_the_wrong_shape(train, valid, length, complaint):
    with pytest.raises(UserError, match=complaint):
        Stream("numbers", CODEC, train, valid, length)


def test_a_batch_holds_at_least_one():
    for data in (numbered_items(), counted_stream(20, 5)):
        with pytest.raises(UserError, match="size: expected at least 1"):
            next(data.batches(0, np.random.default_rng(0)))
