"""The whole sampling loop of ``pixel_lm`` in one kernel.

A new pixel changes nothing that was computed before it, because no layer looks ahead. So only the
new pixel's own column of every layer is computed, from its neighbours' columns, which are kept.
"""

import math

import numpy as np

from minigen.jit import kernel
from minigen.maths_numba import draw
from minigen.nn.causal_conv import TAPS, neighbourhood
from minigen.nn.layers_numba import add_product, add_to, rms_norm, set_to, squared_relu
from minigen.parallel import in_shares


def fill(model, canvas, u, condition, temperature, top_k, top_p):
    """Tokens (B, T): what ``strategies.fill`` draws in raster order with the dice u (B, T)."""
    config, params = model.config, model.params
    D, V = config.channels, model.vocab_size
    conv, down = (np.stack([params[f"block{i}.{name}.weight"] for i in range(config.blocks)]) for name in ("conv", "down"))
    labels = params["label.table"][condition.label] if config.n_labels else np.zeros((len(canvas), D), np.float32)
    shade, curve, curve_bias = ((params["shade.weight"], params["curve.weight"], params["curve.bias"])
                                if config.ordered else (np.zeros((0, D), np.float32), np.zeros((D, 2), np.float32),
                                                        np.zeros(2, np.float32)))
    tokens = canvas.copy()
    around = np.array(neighbourhood(config.reach))                  # (taps, 2) rows down, columns right
    back = np.array([-(row * (config.width + 1) + column) for row, column in TAPS])

    def work(first, last):
        run(tokens[first:last], u[first:last], labels[first:last], config.height, config.width, around, back,
            params["neighbours.table"], params["census.weight"], params["census.bias"],
            params["row.table"], params["column.table"], shade, curve, curve_bias, model.levels, conv, down,
            params["head.weight"], params["head.bias"], V, float(temperature), top_k or 0, float(top_p or 0.0))
    in_shares(work, len(tokens))
    return tokens


@kernel
def run(tokens, u, labels, height, width, around, back, table, census, census_bias, rows, columns, shade, curve,
        curve_bias, levels, conv, down, head, head_bias, mask, temperature, top_k, top_p):
    layers, channels, vocab_size = conv.shape[0], table.shape[1], head.shape[1]
    # What each layer knows at each pixel; one empty row on top, one empty column on the right, as in nn.causal_conv.
    known = np.zeros((layers, (height + 1) * (width + 1), channels), np.float32)
    x, normed, hidden = np.zeros(channels, np.float32), np.zeros(channels, np.float32), np.zeros(conv.shape[3], np.float32)
    scores, bends, used = np.zeros(vocab_size, np.float32), np.zeros(2, np.float32), np.zeros(vocab_size, np.int64)
    step = np.float32(2.0 / max(vocab_size - 1, 1))
    for b in range(len(tokens)):
        set_to(used, 0)
        for t in range(tokens.shape[1]):
            row, column = t // width, t % width
            for d in range(channels):
                x[d] = census_bias[d] + rows[row, d] + columns[column, d] + labels[b, d]
            for tap in range(len(around)):
                r, c = row + around[tap, 0], column + around[tap, 1]
                colour = mask                     # outside the picture there is nothing, which is not colour 0
                if r >= 0 and 0 <= c < width:
                    colour = tokens[b, r * width + c]
                add_to(x, table[tap * (mask + 1) + colour])
                if shade.shape[0] > 0 and colour != mask:
                    level = np.float32(colour) * step - np.float32(1.0)
                    for d in range(channels):
                        x[d] += level * shade[tap, d]
            for v in range(vocab_size):
                if used[v] > 0:
                    amount = np.float32(math.log1p(np.float32(used[v])))
                    for d in range(channels):
                        x[d] += amount * census[v, d]
            rms_norm(x, x)
            place = (row + 1) * (width + 1) + column
            for layer in range(layers):
                rms_norm(x, known[layer, place])
                set_to(hidden, np.float32(0.0))
                for tap in range(len(back)):
                    if place >= back[tap]:
                        add_product(known[layer, place - back[tap]], conv[layer, tap], hidden)
                squared_relu(hidden)
                add_product(hidden, down[layer], x)
            if tokens[b, t] == mask:
                rms_norm(x, normed)
                for v in range(vocab_size):
                    scores[v] = head_bias[v]
                add_product(normed, head, scores)
                if shade.shape[0] > 0:
                    bends[0], bends[1] = curve_bias[0], curve_bias[1]
                    add_product(normed, curve, bends)
                    for v in range(vocab_size):
                        scores[v] += bends[0] * levels[0, v] + bends[1] * levels[1, v]
                tokens[b, t] = draw(scores, u[b, t], temperature, top_k, top_p)
            used[tokens[b, t]] += 1
