"""Which places a compiled loop computes side by side: the next place of several canvases, or many places of a prompt.

Canvases share readings of the weights when they pass through a network together, in lockstep. A *lane* holds what a
network remembers of one canvas; when that canvas is finished, the next one takes the lane. One pass takes up to ``ROWS``
rows, each a place of one lane. A place whose left neighbour is still open has to wait; those that a prompt has decided
do not.
"""

import numpy as np

from minigen.jit import helper
from minigen.maths_numba import draw
from minigen.nn.layers_numba import add_to, products, rms_norm

ROWS = 8
LANES = 4       # more would share readings of the weights no better, and push each other's memory out of the cache


@helper
def new_lanes(lanes):
    """For each lane its canvas (-1: none), its next place, and where its last open place is; how many canvases have begun."""
    return np.full(lanes, -1), np.zeros(lanes, np.int64), np.zeros(lanes, np.int64), np.zeros(1, np.int64)


@helper
def next_rows(tokens, mask, end, canvas_of, next_place, last_place, begun, lane_of, place_of):
    """Fill in lane and place of the rows of the next pass; how many there are, 0 when every canvas is finished.

    ``end`` is -1 where nothing ends. After END only END can follow: that is written here.
    """
    rows = 0
    for lane in range(len(canvas_of)):
        while rows < ROWS:
            if canvas_of[lane] < 0:
                if begun[0] == len(tokens):
                    break
                b = begun[0]
                canvas_of[lane], next_place[lane], last_place[lane] = b, 0, -1
                begun[0] += 1
                for t in range(tokens.shape[1]):
                    if tokens[b, t] == mask:
                        last_place[lane] = t
            b, t = canvas_of[lane], next_place[lane]
            if t > last_place[lane] or (t > 0 and tokens[b, t - 1] == end):
                if rows > 0 and lane_of[rows - 1] == lane:        # a prompt's END, in this very pass: the lane is still in use
                    break
                for after in range(t, last_place[lane] + 1):
                    if tokens[b, after] == mask:
                        tokens[b, after] = end
                canvas_of[lane] = -1
                continue
            lane_of[rows], place_of[rows] = lane, t
            rows += 1
            next_place[lane] += 1
            if tokens[b, t] == mask:              # what follows waits until this place is drawn
                break
    return rows


@helper
def open_rows(tokens, mask, canvas_of, lane_of, place_of, rows):
    """Move the rows that end at an open place, which need scores, to the front: their numbers; how many there are."""
    chosen, number = np.empty(ROWS, np.int64), 0
    for r in range(rows):
        if tokens[canvas_of[lane_of[r]], place_of[r]] == mask:
            chosen[number] = r
            number += 1
    return chosen, number


@helper
def draw_open(tokens, u, x, canvas_of, lane_of, place_of, rows, head, head_bias, normed, scores, temperature, top_k, top_p):
    """Norm, head and draw for the rows of x (ROWS, D) that end at an open place; their tokens are written."""
    chosen, number = open_rows(tokens, head.shape[0], canvas_of, lane_of, place_of, rows)
    for i in range(number):
        rms_norm(x[chosen[i]], normed[i])
    products(normed[:number], head, scores[:number])
    for i in range(number):
        add_to(scores[i], head_bias)
        b, t = canvas_of[lane_of[chosen[i]]], place_of[chosen[i]]
        tokens[b, t] = draw(scores[i], u[b, t], temperature, top_k, top_p)
