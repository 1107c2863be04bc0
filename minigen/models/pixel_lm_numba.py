"""The whole sampling loop of ``pixel_lm`` in one kernel.

A new pixel changes nothing that was computed before it, because no layer looks ahead. So only the new pixel's own column
of every layer is computed, from its neighbours' columns, which are kept. Several pixels pass through the network side by
side (``lanes_numba``): one of each of several pictures, or those of a half-sprite that is to be completed.
"""

import math
from functools import partial

import numpy as np

from minigen.jit import kernel
from minigen.models.lanes_numba import LANES, ROWS, draw_open, new_lanes, next_rows
from minigen.models.packed import aligned, packed
from minigen.nn.causal_conv import neighbourhood
from minigen.nn.layers_numba import add_products, add_to, empty_rows, products, rms_norm, set_to, squared_relu
from minigen.parallel import in_shares


def fill(model, canvas, u, condition, temperature, top_k, top_p):
    """Tokens (B, T): what ``strategies.fill`` draws in raster order with the dice u (B, T)."""
    config, params = model.config, model.params
    D = config.channels
    labels = params["label.table"][condition.label] if config.n_labels else np.zeros((len(canvas), D), np.float32)
    shade = params["shade.weight"] if config.ordered else np.zeros((0, D), np.float32)
    tokens, around = canvas.copy(), np.array(neighbourhood(config.reach))      # (taps, 2) rows down, columns right
    weights = packed(model, partial(pack, config, model.levels))

    def work(first, last):
        run(tokens[first:last], u[first:last], labels[first:last], config.height, config.width, around,
            params["neighbours.table"], params["census.weight"], params["census.bias"], params["row.table"],
            params["column.table"], shade, *weights, float(temperature), top_k or 0, float(top_p or 0.0))
    in_shares(work, len(tokens), LANES)
    return tokens


def pack(config, levels, params):
    """The matrices as the kernel reads them: one row of weights for each output, the taps of a convolution end to end."""
    conv = [params[f"block{i}.conv.weight"].reshape(-1, config.hidden).T for i in range(config.blocks)]
    head, head_bias = params["head.weight"], params["head.bias"]
    if config.ordered:                                              # the curve over grey levels is linear: part of the head
        head, head_bias = head + params["curve.weight"] @ levels, head_bias + params["curve.bias"] @ levels
    return (aligned(conv), aligned([params[f"block{i}.down.weight"].T for i in range(config.blocks)]),
            aligned(head.T), aligned(head_bias))


@kernel
def run(tokens, u, labels, height, width, around, table, census, census_bias, rows_table, columns_table, shade, conv, down,
        head, head_bias, temperature, top_k, top_p):
    layers, channels, vocab_size = conv.shape[0], table.shape[1], head.shape[0]
    lanes, mask = min(LANES, len(tokens)), vocab_size
    # What each layer knows at each pixel; one empty row on top, one empty column on the right, as in nn.causal_conv, and
    # one empty pixel before the first. The three taps above lie side by side in memory, and so do the left one and the own.
    grid = (height + 1) * (width + 1) + 1
    known = empty_rows(layers * lanes * grid, channels).reshape(layers, lanes, grid, channels)
    set_to(known.reshape(known.size), np.float32(0.0))
    x, normed, hidden = empty_rows(ROWS, channels), empty_rows(ROWS, channels), empty_rows(ROWS, conv.shape[1])
    seen, scores = empty_rows(ROWS, 5 * channels), empty_rows(ROWS, vocab_size)
    used, amount = np.zeros((lanes, vocab_size), np.int64), np.zeros((lanes, vocab_size), np.float32)
    step = np.float32(2.0 / max(vocab_size - 1, 1))
    canvas_of, next_place, last_place, begun = new_lanes(lanes)
    lane_of, place_of = np.empty(ROWS, np.int64), np.empty(ROWS, np.int64)
    while True:
        rows = next_rows(tokens, mask, -1, canvas_of, next_place, last_place, begun, lane_of, place_of)
        if rows == 0:
            return
        for r in range(rows):
            lane, t = lane_of[r], place_of[r]
            b, row, column = canvas_of[lane], t // width, t % width
            if t == 0:
                set_to(used[lane], 0)
                set_to(amount[lane], np.float32(0.0))
            else:
                last = tokens[b, t - 1]
                used[lane, last] += 1
                amount[lane, last] = math.log1p(np.float32(used[lane, last]))
            for d in range(channels):
                x[r, d] = census_bias[d] + rows_table[row, d] + columns_table[column, d] + labels[b, d]
            for tap in range(len(around)):
                up, across = row + around[tap, 0], column + around[tap, 1]
                colour = mask                     # outside the picture there is nothing, which is not colour 0
                if up >= 0 and 0 <= across < width:
                    colour = tokens[b, up * width + across]
                add_to(x[r], table[tap * (mask + 1) + colour])
                if shade.shape[0] > 0 and colour != mask:
                    level = np.float32(colour) * step - np.float32(1.0)
                    for d in range(channels):
                        x[r, d] += level * shade[tap, d]
            for v in range(vocab_size):
                if used[lane, v] > 0:
                    for d in range(channels):
                        x[r, d] += amount[lane, v] * census[v, d]
            rms_norm(x[r], x[r])
        for layer in range(layers):
            for r in range(rows):
                place = (place_of[r] // width + 1) * (width + 1) + place_of[r] % width + 1
                columns = known[layer, lane_of[r]]
                rms_norm(x[r], columns[place])
                # A row to the left in this same pass has written its column already: rows come in order.
                for tap in range(3):
                    for d in range(channels):
                        seen[r, tap * channels + d] = columns[place - width - 2 + tap, d]
                for tap in range(2):
                    for d in range(channels):
                        seen[r, (3 + tap) * channels + d] = columns[place - 1 + tap, d]
            products(seen[:rows], conv[layer], hidden[:rows])
            for r in range(rows):
                squared_relu(hidden[r])
            add_products(hidden[:rows], down[layer], x[:rows])
        draw_open(tokens, u, x, canvas_of, lane_of, place_of, rows, head, head_bias, normed, scores, temperature, top_k, top_p)
