"""The whole sampling loop of ``ngram`` in one kernel: binary searches instead of sorted batches."""

import math
from functools import partial

import numpy as np

from minigen.jit import kernel
from minigen.maths_numba import draw
from minigen.models.packed import packed
from minigen.parallel import in_shares


def fill(model, canvas, u, temperature, top_k, top_p):
    """Tokens (B, T): what ``strategies.fill`` draws left to right with the dice u (B, T)."""
    joined = packed(model, partial(pack, model.order))
    tokens = canvas.copy()
    end = -1 if model.end is None else model.end

    def work(first, last):
        run(tokens[first:last], u[first:last], model.vocab_size, model.order, model.discount, end,
            *joined, float(temperature), top_k or 0, float(top_p or 0.0))
    in_shares(work, len(tokens))
    return tokens


def pack(order, params):
    """All levels of each list end to end, and where each begins; level 0 has no pairs."""
    joined = []
    for name in ("pairs", "first", "follower", "count"):
        levels = [params[f"{name}{k}"] if f"{name}{k}" in params else np.zeros(0, np.int64) for k in range(order)]
        joined += [np.concatenate(levels).astype(np.int64), np.cumsum([0] + [len(level) for level in levels])]
    return joined[:-1]                            # counts stand where followers stand


@kernel
def run(tokens, u, vocab_size, order, discount, end, pairs, pairs_start, firsts, firsts_start,
        followers, followers_start, counts, temperature, top_k, top_p):
    probs, scores = np.zeros(vocab_size), np.zeros(vocab_size)
    for b in range(len(tokens)):
        over = False
        for t in range(tokens.shape[1]):
            if tokens[b, t] != vocab_size:        # a prompt
                over = over or tokens[b, t] == end
                continue
            if over:                              # after END only END can follow
                tokens[b, t] = end
                continue
            for v in range(vocab_size):
                probs[v] = 1.0 / vocab_size
            context = 0
            for k in range(order):
                if k > 0:
                    if k > t + 1:                 # no context reaches beyond the start
                        break
                    older = vocab_size if k > t else tokens[b, t - k]
                    pair = context * (vocab_size + 1) + older
                    low, high = pairs_start[k], pairs_start[k + 1]
                    while low < high:             # the first pair that is not smaller
                        middle = (low + high) // 2
                        if pairs[middle] < pair:
                            low = middle + 1
                        else:
                            high = middle
                    if low == pairs_start[k + 1] or pairs[low] != pair:
                        break                     # never seen: longer contexts were not either
                    context = low - pairs_start[k]
                begin, after = firsts[firsts_start[k] + context], firsts[firsts_start[k] + context + 1]
                total = 0
                for entry in range(followers_start[k] + begin, followers_start[k] + after):
                    total += counts[entry]
                rest = discount * (after - begin) / total
                for v in range(vocab_size):
                    probs[v] *= rest
                for entry in range(followers_start[k] + begin, followers_start[k] + after):
                    probs[followers[entry]] += (counts[entry] - discount) / total
            for v in range(vocab_size):
                scores[v] = math.log(probs[v])
            tokens[b, t] = draw(scores, u[b, t], temperature, top_k, top_p)
            over = tokens[b, t] == end
