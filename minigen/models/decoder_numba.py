"""One-shot pictures: the network of ``decoder`` with bias, activation and norm fused, and the draw of every place.

A few pictures are bound by reading the weights, which compiled products do as they lie in memory, picture by picture. Many
are bound by the products themselves, which BLAS does as fast as can be; compiled sweeps do what stands between them.
"""

import numpy as np

from minigen.jit import helper, kernel
from minigen.maths_numba import draw, exp32, largest, pick
from minigen.nn.layers_numba import add_product, add_to, empty_rows, rms_norm, set_to, squared_relu
from minigen.parallel import in_shares, one_blas_thread

FEW = 8         # pictures up to which reading the weights again for each is no slower
AT_ONCE = 64    # pictures whose scores are in memory at a time


def fill(model, canvas, u, condition, temperature, top_k, top_p):
    """Tokens (B, T): what ``strategies.fill`` draws, under any plan, with the dice u (B, T)."""
    tokens, inputs = canvas.copy(), model.inputs(condition)
    linears = [(model.params[f"decoder.{name}.weight"], model.params[f"decoder.{name}.bias"])
               for name in model.decoder.names]
    settings = float(temperature), top_k or 0, float(top_p or 0.0)

    def few(first, last):
        for b in range(first, last):
            x = inputs[b]
            for weight, bias in linears[:-1]:
                x = layer(x, weight, bias)
            draw_rows(product(x, linears[-1][0]), linears[-1][1], u[b:b + 1], tokens[b:b + 1], model.vocab_size, *settings)

    def many(first, last):
        for start in range(first, last, AT_ONCE):
            rows = slice(start, min(start + AT_ONCE, last))
            x = inputs[rows]
            for weight, bias in linears[:-1]:
                x = x @ weight
                activate(x, bias)
            draw_rows(x @ linears[-1][0], linears[-1][1], u[rows], tokens[rows], model.vocab_size, *settings)
    if len(tokens) <= FEW:
        in_shares(few, len(tokens))
    else:
        with one_blas_thread():
            in_shares(many, len(tokens))
    return tokens


@kernel
def product(x, weight):                           # (n_in,), (n_in, n_out) -> (1, n_out)
    y = empty_rows(1, weight.shape[1])
    set_to(y[0], np.float32(0.0))
    add_product(x, weight, y[0])
    return y


@kernel
def layer(x, weight, bias):                       # (n_in,) -> (n_out,)
    y = product(x, weight)
    activate(y, bias)
    return y[0]


@kernel
def activate(hidden, bias):                       # (R, D) in place: bias, squared ReLU, norm
    for r in range(len(hidden)):
        add_to(hidden[r], bias)
        squared_relu(hidden[r])
        rms_norm(hidden[r], hidden[r])


@kernel
def draw_rows(scores, bias, u, tokens, vocab_size, temperature, top_k, top_p):          # (R, T * V), ..., (R, T)
    plain = temperature == 1.0 and top_k == 0 and (top_p == 0.0 or top_p == 1.0)
    for r in range(len(scores)):
        add_to(scores[r], bias)
        places = scores[r].reshape(tokens.shape[1], vocab_size)
        if plain:
            draw_places(places, u[r], tokens[r], scores[r])
        else:
            for t in range(tokens.shape[1]):
                if tokens[r, t] == vocab_size:
                    tokens[r, t] = draw(places[t], u[r, t], temperature, top_k, top_p)


@helper
def draw_places(places, u, tokens, scores):       # (T, V), (T,), (T,), the scores once more as (T * V,)
    """Every open place; one sweep over all scores of a picture, because a place alone is too short for vectors."""
    length, vocab_size = places.shape
    peak = largest(scores)
    low = peak
    for t in range(length):                       # the places' own peaks: none may vanish beside the largest
        own = places[t, 0]
        for v in range(1, vocab_size):
            own = max(own, places[t, v])
        low = min(low, own)
    if not peak - low < np.float32(60.0):         # far apart (or -inf everywhere): place by place
        for t in range(length):
            if tokens[t] == vocab_size:
                tokens[t] = pick(places[t], u[t])
        return
    for i in range(scores.size):
        scores[i] = exp32(scores[i] - peak)
    for t in range(length):
        total, running, token = 0.0, 0.0, 0
        for v in range(vocab_size):
            total += places[t, v]
        edge = u[t] * total
        for v in range(vocab_size):               # how many tokens the die has passed: no branch to guess wrong
            running += places[t, v]
            token += running <= edge
        if tokens[t] == vocab_size:
            if token == vocab_size:               # a die so near to 1 that rounding made it 1: the last possible token
                token -= 1
                while places[t, token] == 0.0:
                    token -= 1
            tokens[t] = token
