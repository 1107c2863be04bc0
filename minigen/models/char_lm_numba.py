"""The whole sampling loop of ``char_lm`` in one kernel, with a cache of keys and values.

The plain loop computes every token of the past again at each step. Here each token passes
through the network once; what later tokens will ask of it, its keys and values, is kept in a ring of K
places per layer.
"""

import numpy as np

from minigen.jit import kernel
from minigen.maths_numba import draw, exp32
from minigen.nn.attention import rotary_table, score_scale
from minigen.nn.layers_numba import add_product, add_to, rms_norm, set_to, squared_relu
from minigen.parallel import in_shares


def fill(model, canvas, u, condition, temperature, top_k, top_p):
    """Tokens (B, T): what ``strategies.fill`` draws left to right with the dice u (B, T)."""
    config, params = model.config, model.params
    stack = [np.stack([params[f"transformer.block{i}.{name}.weight"] for i in range(config.layers)])
             for name in ("attention.query", "attention.key", "attention.value", "attention.out", "mlp.up", "mlp.down")]
    embedding = params["embedding.table"]
    head = np.ascontiguousarray(embedding[:model.vocab_size].T) if config.tied else params["head.weight"]
    pairs = params["pairs.table"] if config.pairs else np.zeros((0, config.width), np.float32)
    labels = (params["labels.table"][condition.label] if config.n_labels
              else np.zeros((len(canvas), config.width), np.float32))
    cos, sin = rotary_table(canvas.shape[1], config.width // config.heads)
    tokens = canvas.copy()
    end = -1 if model.end is None else model.end

    def work(first, last):
        run(tokens[first:last], u[first:last], labels[first:last], config.context, config.heads, end,
            np.float32(score_scale(config.width // config.heads)), embedding, pairs, *stack,
            head, params["head.bias"], cos, sin, float(temperature), top_k or 0, float(top_p or 0.0))
    in_shares(work, len(tokens))
    return tokens


@kernel
def run(tokens, u, labels, context, heads, end, scale, embedding, pairs, query_weight, key_weight, value_weight,
        out_weight, up_weight, down_weight, head, head_bias, cos, sin, temperature, top_k, top_p):
    layers, width, vocab_size = query_weight.shape[0], embedding.shape[1], head.shape[1]
    start, head_width = vocab_size, width // heads
    half = head_width // 2
    keys = np.zeros((layers, context, width), np.float32)
    values = np.zeros((layers, context, width), np.float32)
    x, normed, turned = np.zeros(width, np.float32), np.zeros(width, np.float32), np.zeros(width, np.float32)
    query, mixed = np.zeros(width, np.float32), np.zeros(width, np.float32)
    hidden = np.zeros(up_weight.shape[2], np.float32)
    weights, scores = np.zeros(context, np.float32), np.zeros(vocab_size, np.float32)
    for b in range(len(tokens)):
        before, left, over = start, start, False
        for t in range(tokens.shape[1]):
            if over:                              # after END only END can follow
                if tokens[b, t] == start:
                    tokens[b, t] = end
                continue
            for d in range(width):
                x[d] = embedding[left, d] + labels[b, d]
            if pairs.shape[0] > 0:
                add_to(x, pairs[before * (vocab_size + 1) + left])
            rms_norm(x, x)
            slot, seen = t % context, min(t + 1, context)
            for layer in range(layers):
                rms_norm(x, normed)
                key, value = keys[layer, slot], values[layer, slot]
                for which in range(2):            # query and key: scaled per head, then turned by their place
                    raw = query if which == 0 else key
                    set_to(raw, np.float32(0.0))
                    add_product(normed, query_weight[layer] if which == 0 else key_weight[layer], raw)
                    for h in range(heads):
                        part = raw[h * head_width:(h + 1) * head_width]
                        rms_norm(part, turned[:head_width])
                        for i in range(half):
                            part[i] = turned[i] * cos[t, i] - turned[half + i] * sin[t, i]
                            part[half + i] = turned[half + i] * cos[t, i] + turned[i] * sin[t, i]
                set_to(value, np.float32(0.0))
                add_product(normed, value_weight[layer], value)
                set_to(mixed, np.float32(0.0))
                for h in range(heads):
                    low = h * head_width
                    peak, total = np.float32(-np.inf), np.float32(0.0)
                    for k in range(seen):
                        score = np.float32(0.0)
                        for i in range(low, low + head_width):
                            score += query[i] * keys[layer, k, i]
                        weights[k] = score * scale
                        peak = max(peak, weights[k])
                    for k in range(seen):
                        weights[k] = exp32(weights[k] - peak)
                        total += weights[k]
                    for k in range(seen):
                        share = weights[k] / total
                        for i in range(low, low + head_width):
                            mixed[i] += share * values[layer, k, i]
                add_product(mixed, out_weight[layer], x)
                rms_norm(x, normed)
                set_to(hidden, np.float32(0.0))
                add_product(normed, up_weight[layer], hidden)
                squared_relu(hidden)
                add_product(hidden, down_weight[layer], x)
            if tokens[b, t] == start:             # open: the mask has the id that stands before the first token
                rms_norm(x, normed)
                for v in range(vocab_size):
                    scores[v] = head_bias[v]
                add_product(normed, head, scores)
                tokens[b, t] = draw(scores, u[b, t], temperature, top_k, top_p)
            before, left = left, tokens[b, t]
            over = left == end
