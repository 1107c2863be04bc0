"""The whole sampling loop of ``char_lm`` in one kernel, with a cache of keys and values.

The plain loop computes every token of the past again at each step. Here each token passes through the network
once; what later tokens will ask of it, its keys and values, is kept in a ring for each layer.

Several places pass through it side by side (``lanes_numba``) and share each reading of the weights.
"""

from functools import partial

import numpy as np

from minigen.jit import helper, kernel
from minigen.maths_numba import exp32
from minigen.models.lanes_numba import LANES, ROWS, draw_open, new_lanes, next_rows
from minigen.models.packed import aligned, packed
from minigen.nn.attention import rotary_table, score_scale
from minigen.nn.attention_numba import turn_head
from minigen.nn.layers_numba import add_products, add_to, dot, empty_rows, products, rms_norm, squared_relu
from minigen.parallel import in_shares

def fill(model, canvas, u, condition, temperature, top_k, top_p):
    """Tokens (B, T): what ``strategies.fill`` draws left to right with the dice u (B, T)."""
    config, params = model.config, model.params
    labels = (model.labels.forward(condition.label)[0] if config.n_labels
              else np.zeros((len(canvas), config.width), np.float32))
    pairs = params["pairs.table"] if config.pairs else np.zeros((0, config.width), np.float32)
    cos, sin = rotary_table(canvas.shape[1], config.width // config.heads)
    tokens, end = canvas.copy(), -1 if model.end is None else model.end
    weights = packed(model, partial(pack, model.config))

    def work(first, last):
        run(tokens[first:last], u[first:last], labels[first:last], config.context, config.heads, end,
            np.float32(score_scale(config.width // config.heads)), params["embedding.table"], pairs, *weights,
            params["head.bias"], cos, sin, float(temperature), top_k or 0, float(top_p or 0.0))
    in_shares(work, len(tokens), LANES)
    return tokens


def pack(config, params):
    """The matrices as the kernel reads them: all layers in one array, one row of weights for each output."""
    def stack(*names):
        return aligned([np.concatenate([params[f"transformer.block{i}.{name}.weight"].T for name in names])
                        for i in range(config.layers)])
    head = params["embedding.table"][:config.vocab_size] if config.tied else params["head.weight"].T
    return (stack("attention.query", "attention.key", "attention.value"), stack("attention.out"),
            stack("mlp.up"), stack("mlp.down"), aligned(head))


@kernel
def run(tokens, u, labels, context, heads, end, scale, embedding, pairs, inward, outward, up, down, head, head_bias,
        cos, sin, temperature, top_k, top_p):
    layers, width, vocab_size = outward.shape[0], embedding.shape[1], head.shape[0]
    mask = vocab_size
    # A prompt's rows must not push out what the first of them sees. Whole cache lines for each row of the ring.
    lanes, ring = min(LANES, len(tokens)), (context + ROWS - 1 + 15) // 16 * 16
    # Keys and values with one row for each of their numbers, the places along it: scores are then sums of long rows.
    keys = empty_rows(layers * lanes * width, ring).reshape(layers, lanes, width, ring)
    values = empty_rows(layers * lanes * width, ring).reshape(layers, lanes, width, ring)
    x, normed, mixed = empty_rows(ROWS, width), empty_rows(ROWS, width), empty_rows(ROWS, width)
    asked, hidden = empty_rows(ROWS, 3 * width), empty_rows(ROWS, up.shape[1])
    scores, weights, turned = empty_rows(ROWS, vocab_size), empty_rows(1, ring)[0], empty_rows(1, width // heads)[0]
    canvas_of, next_place, last_place, begun = new_lanes(lanes)
    lane_of, place_of = np.empty(ROWS, np.int64), np.empty(ROWS, np.int64)
    while True:
        rows = next_rows(tokens, mask, end, canvas_of, next_place, last_place, begun, lane_of, place_of)
        if rows == 0:
            return
        for r in range(rows):
            b, t = canvas_of[lane_of[r]], place_of[r]
            left = tokens[b, t - 1] if t > 0 else mask            # the mask has the id that stands before the first token
            for d in range(width):
                x[r, d] = embedding[left, d] + labels[b, d]
            if pairs.shape[0] > 0:
                before = tokens[b, t - 2] if t > 1 else mask
                add_to(x[r], pairs[before * (vocab_size + 1) + left])
            rms_norm(x[r], x[r])
        for layer in range(layers):
            for r in range(rows):
                rms_norm(x[r], normed[r])
            products(normed[:rows], inward[layer], asked[:rows])
            for r in range(rows):
                lane, slot = lane_of[r], place_of[r] % ring
                turn(asked[r, :2 * width], 2 * heads, turned, cos[place_of[r]], sin[place_of[r]])
                for d in range(width):
                    keys[layer, lane, d, slot] = asked[r, width + d]
                    values[layer, lane, d, slot] = asked[r, 2 * width + d]
            for r in range(rows):
                attend(asked[r, :width], keys[layer, lane_of[r]], values[layer, lane_of[r]], place_of[r], context, heads,
                       scale, weights, mixed[r])
            add_products(mixed[:rows], outward[layer], x[:rows])
            for r in range(rows):
                rms_norm(x[r], normed[r])
            products(normed[:rows], up[layer], hidden[:rows])
            for r in range(rows):
                squared_relu(hidden[r])
            add_products(hidden[:rows], down[layer], x[:rows])
        draw_open(tokens, u, x, canvas_of, lane_of, place_of, rows, head, head_bias, normed, scores, temperature, top_k, top_p)


@helper
def turn(x, heads, turned, cos, sin):             # each head of x (heads * d,) in place
    head_width = x.size // heads
    for h in range(heads):
        part = x[h * head_width:(h + 1) * head_width]
        turn_head(part, cos, sin, turned)
        for i in range(head_width):
            part[i] = turned[i]


@helper
def attend(query, keys, values, place, context, heads, scale, weights, mixed):
    ring, head_width = keys.shape[1], query.size // heads
    seen, zero = min(place + 1, ring), np.float32(0.0)
    for h in range(heads):
        low, high = h * head_width, (h + 1) * head_width
        for k in range(seen):
            weights[k] = zero
        i = low
        while i + 4 <= high:                      # four rows at a time: each sum is fetched and stored once for all four
            q0, q1, q2, q3 = query[i], query[i + 1], query[i + 2], query[i + 3]
            k0, k1, k2, k3 = keys[i], keys[i + 1], keys[i + 2], keys[i + 3]
            for k in range(seen):
                weights[k] += q0 * k0[k] + q1 * k1[k] + q2 * k2[k] + q3 * k3[k]
            i += 4
        for last in range(i, high):
            for k in range(seen):
                weights[k] += query[last] * keys[last, k]
        # Slots of the ring that this place does not see: those too far back, where rows to its right may stand by now.
        for far in range(max(0, place - ring + 1), place - context + 1):
            weights[far % ring] = np.float32(-np.inf)
        total = zero
        for k in range(seen):                     # no peak to take away first: score_scale keeps scores within 12
            weights[k] = exp32(weights[k] * scale)
            total += weights[k]
        inverse = np.float32(1.0) / total
        i = low
        while i + 4 <= high:
            v0, v1, v2, v3 = values[i], values[i + 1], values[i + 2], values[i + 3]
            m0, m1, m2, m3 = zero, zero, zero, zero
            for k in range(seen):
                m0 += weights[k] * v0[k]
                m1 += weights[k] * v1[k]
                m2 += weights[k] * v2[k]
                m3 += weights[k] * v3[k]
            mixed[i], mixed[i + 1], mixed[i + 2], mixed[i + 3] = m0 * inverse, m1 * inverse, m2 * inverse, m3 * inverse
            i += 4
        for last in range(i, high):
            mixed[last] = inverse * dot(weights[:seen], values[last])
