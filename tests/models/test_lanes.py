"""Which places pass through a network side by side: every one in its turn, none before its time."""

import numpy as np
import pytest

from minigen.models import lanes_numba
from minigen.models.lanes_numba import ROWS
from oracles import ended

pytestmark = pytest.mark.twins


def run(tokens, mask, end, lanes, drawn):
    """Fill canvases as the compiled loops do, each open place with its token of ``drawn``; the rows of every pass."""
    canvas_of, next_place, last_place, begun = lanes_numba.new_lanes(lanes)
    lane_of, place_of, passes = np.empty(ROWS, np.int64), np.empty(ROWS, np.int64), []
    while True:
        rows = lanes_numba.next_rows(tokens, mask, end, canvas_of, next_place, last_place, begun, lane_of, place_of)
        if rows == 0:
            return passes
        passes.append([(int(lane), int(canvas_of[lane]), int(place)) for lane, place in zip(lane_of[:rows], place_of[:rows])])
        chosen, number = lanes_numba.open_rows(tokens, mask, canvas_of, lane_of, place_of, rows)
        for r in chosen[:number]:
            b, t = canvas_of[lane_of[r]], place_of[r]
            assert tokens[b, t] == mask
            tokens[b, t] = drawn[b, t]


@pytest.mark.parametrize("lanes", [1, 2, 4])
def test_every_place_in_its_turn(lanes, rng):
    """Each canvas is worked on from left to right in one lane, up to its last open place or END, each place once.

    No place is computed in a pass in which its left neighbour is still open, and prompts are kept.
    """
    for _ in range(50):
        n, length, vocab_size = int(rng.integers(1, 9)), int(rng.integers(1, 30)), int(rng.integers(2, 6))
        end = vocab_size - 1 if rng.random() < 0.5 else -1
        drawn = rng.integers(0, vocab_size, (n, length))
        is_open = rng.random((n, length)) < rng.choice([0.1, 0.5, 1.0])
        before = np.where(is_open, vocab_size, rng.integers(0, vocab_size, (n, length)))
        tokens, wanted = before.copy(), np.where(is_open, drawn, before)
        passes = run(tokens, vocab_size, end, min(lanes, n), drawn)
        if end >= 0:                              # after END every open place holds END; a prompt stays what it is
            wanted = np.where(is_open, ended(wanted, end), before)
        np.testing.assert_array_equal(tokens, wanted)
        visited = [(b, t) for rows in passes for _, b, t in rows]
        assert len(set(visited)) == len(visited)
        for b in range(n):
            open_places = np.flatnonzero(is_open[b])
            last = open_places[-1] if open_places.size else -1
            stop = np.flatnonzero(wanted[b] == end)
            last = min(last, stop[0]) if stop.size else last
            assert [t for c, t in visited if c == b] == list(range(last + 1))
        for rows in passes:
            assert len(rows) <= ROWS
            lane_of_canvas = {b: lane for lane, b, _ in rows}
            assert len(set(lane_of_canvas.values())) == len(lane_of_canvas)
            for (_, b, t), (_, c, s) in zip(rows, rows[1:]):
                assert b != c or (s == t + 1 and not is_open[b, t])


def test_a_prompt_passes_through_rows_at_a_time():
    """A prompt of 3 x ROWS tokens takes three passes, the open places after it one each."""
    tokens = np.zeros((1, 3 * ROWS + 5), np.int64)
    tokens[0, 3 * ROWS:] = 2
    passes = run(tokens, 2, -1, 1, np.zeros_like(tokens))
    assert [len(rows) for rows in passes] == [ROWS] * 3 + [1] * 5
