"""Peers in NumPy: the sampling loops with a cache, as a careful student writes them the second time.

The models of minigen compute the whole past again for each token; here every token passes through the network once.
All n canvases go through in one batch, in float32, and meet the same dice ``u`` as everywhere else.
"""

import numpy as np

from minigen import maths
from minigen.errors import say
from minigen.nn.attention import rotary_table, rotate, score_scale
from minigen.nn.causal_conv import TAPS, neighbourhood


def expect_form(model, expected, **settings):
    """Raise UserError unless the model's config has these settings: peers know one form of each model."""
    config = model.config
    other = {name: getattr(config, name) for name, value in settings.items() if getattr(config, name) != value}
    if other:
        raise say("model", expected, ", ".join(f"{name}={value}" for name, value in other.items()),
                  "A peer computes one form of the model and no other.")


def expect_transformer(model):
    """Raise UserError unless the model is the ``CharLM`` that the peers compute."""
    expect_form(model, "a CharLM with a table of pairs and a head of its own, without labels, END and dropout",
                pairs=True, tied=False, n_labels=0, has_end=False, dropout=0.0)


def expect_pixels(model):
    """Raise UserError unless the model is the ``PixelLM`` that the peers compute."""
    expect_form(model, "a PixelLM of colours without labels", ordered=False, n_labels=0)


def expect_decoder(model):
    """Raise UserError unless the model is the ``Decoder`` that the peers compute."""
    expect_form(model, "a Decoder without labels", n_labels=0)
    if not model.latent_width:
        raise say("model", "a Decoder with a latent", "latent_width=0", "Without one there is nothing to compute.")


def rms_norm(x):
    """x at root mean square 1, as ``nn.layers.RMSNorm``."""
    return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(1e-6))


def squared_relu(x):
    """max(x, 0) squared."""
    return np.square(np.maximum(x, 0))


def transformer(model, u):
    """Tokens (n, T) of a ``CharLM`` on the dice u (n, T): a step computes one token, keys and values are kept."""
    expect_transformer(model)
    config, params = model.config, model.params
    V, D, K, heads = config.vocab_size, config.width, config.context, config.heads
    (n, T), head_width = u.shape, D // heads
    blocks = []
    for i in range(config.layers):
        def weight(part, i=i):
            return params[f"transformer.block{i}.{part}.weight"]
        qkv = np.concatenate([weight(f"attention.{part}") for part in ("query", "key", "value")], axis=1)
        blocks.append((qkv, weight("attention.out"), weight("mlp.up"), weight("mlp.down")))
    cos, sin = rotary_table(T, head_width)
    keys = np.empty((config.layers, n, heads, T, head_width), np.float32)
    values = np.empty_like(keys)
    tokens, last, before = np.empty((n, T), np.int64), np.full(n, V), np.full(n, V)
    for t in range(T):
        seen = slice(max(0, t + 1 - K), t + 1)                                 # what a window of K tokens shows
        x = rms_norm(params["embedding.table"][last] + params["pairs.table"][before * (V + 1) + last])   # (n, D)
        for i, (qkv, out, up, down) in enumerate(blocks):
            query, key, value = (rms_norm(x) @ qkv).reshape(n, 3, heads, -1).swapaxes(0, 1)              # (n, h, d) each
            query, key = rotate(rms_norm(query), (cos[t], sin[t])), rotate(rms_norm(key), (cos[t], sin[t]))
            keys[i, :, :, t], values[i, :, :, t] = key, value
            scores = keys[i, :, :, seen] @ query[..., None] * score_scale(head_width)                    # (n, h, k, 1)
            mixed = maths.softmax(scores[..., 0])[:, :, None] @ values[i, :, :, seen]                    # (n, h, 1, d)
            x = x + mixed.reshape(n, D) @ out
            x = x + squared_relu(rms_norm(x) @ up) @ down
        before, last = last, maths.sample_categorical(rms_norm(x) @ params["head.weight"] + params["head.bias"], u[:, t])
        tokens[:, t] = last
    return tokens


def pixels(model, u):
    """Tokens (n, T) of a ``PixelLM`` on the dice u (n, T): a step computes the new pixel's column of every layer."""
    expect_pixels(model)
    config, params = model.config, model.params
    n, V, H, W, reach = len(u), config.vocab_size, config.height, config.width, config.reach
    down_by, right_by = np.array(neighbourhood(reach)).T + reach               # (taps,) in the padded picture
    first_row = (V + 1) * np.arange(len(down_by))                              # each tap has its own rows of the table
    tap_rows, tap_columns = np.array(TAPS).T + 1                               # (5,) in a layer with a border of 1
    convs = [params[f"block{i}.conv.weight"].reshape(-1, config.hidden) for i in range(config.blocks)]   # (5 D, hidden)
    picture = np.full((n, H + reach, W + 2 * reach), V)                        # V: nothing there
    layers = np.zeros((config.blocks, n, H + 1, W + 2, config.channels), np.float32)
    counts = np.zeros((n, V), np.float32)
    for r in range(H):
        for c in range(W):
            rows = picture[:, r + down_by, c + right_by] + first_row           # (n, taps)
            x = (params["neighbours.table"][rows].sum(axis=1) + params["row.table"][r] + params["column.table"][c]
                 + np.log1p(counts) @ params["census.weight"] + params["census.bias"])
            x = rms_norm(x)                                                    # (n, D)
            for i, conv in enumerate(convs):
                layers[i, :, r + 1, c + 1] = rms_norm(x)
                around = layers[i][:, r + tap_rows, c + tap_columns]           # (n, 5, D)
                x = x + squared_relu(around.reshape(n, -1) @ conv) @ params[f"block{i}.down.weight"]
            colour = maths.sample_categorical(rms_norm(x) @ params["head.weight"] + params["head.bias"], u[:, r * W + c])
            picture[:, reach + r, reach + c] = colour
            counts[np.arange(n), colour] += 1
    return picture[:, reach:, reach:reach + W].reshape(n, -1)


def decoder(model, latent, u):
    """Tokens (n, T) of a ``Decoder`` from latents (n, C) on the dice u (n, T): one pass, one draw."""
    expect_decoder(model)
    params, x = model.params, latent
    for name in ("first", *(f"middle{i}" for i in range(model.config.layers - 1))):
        x = rms_norm(squared_relu(x @ params[f"decoder.{name}.weight"] + params[f"decoder.{name}.bias"]))
    logits = x @ params["decoder.last.weight"] + params["decoder.last.bias"]   # (n, T V)
    return maths.sample_categorical(logits.reshape(*u.shape, -1), u)


def mlp_step(params, moments, x, step, learning_rate=1e-3, beta1=0.9, beta2=0.99, epsilon=1e-8):
    """One training step of an autoencoder with ReLU between its layers; params and moments change in place.

    Parameters
    ----------
    params : dict
        ``weight0 (n_in, n_out), bias0 (n_out,), weight1, ...``
    moments : dict
        Empty before the first step.
    step : int
        From 0.

    Returns
    -------
    float
        The mean squared error over all outputs, before the step.
    """
    last = len(params) // 2 - 1
    inputs = [x]                                                               # of each layer
    for i in range(last + 1):
        y = inputs[i] @ params[f"weight{i}"] + params[f"bias{i}"]              # (B, n_out)
        inputs.append(np.maximum(y, 0) if i < last else y)
    error = inputs.pop() - x
    dy, grads = error * (2.0 / error.size), {}
    for i in reversed(range(last + 1)):
        grads[f"weight{i}"], grads[f"bias{i}"] = inputs[i].T @ dy, dy.sum(axis=0)
        if i:
            dy = (dy @ params[f"weight{i}"].T) * (inputs[i] > 0)
    for name, grad in grads.items():                                           # Adam, as one reads it
        first, second = moments.setdefault(name, (np.zeros_like(grad), np.zeros_like(grad)))
        first[...] = beta1 * first + (1 - beta1) * grad
        second[...] = beta2 * second + (1 - beta2) * grad ** 2
        mean, spread = first / (1 - beta1 ** (step + 1)), second / (1 - beta2 ** (step + 1))
        params[name] -= learning_rate * mean / (np.sqrt(spread) + epsilon)
    return float(np.mean(error ** 2))
