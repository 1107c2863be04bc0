"""Where a student's functions sit in the package, and the package's own functions under the names of a unit.

Each socket goes both ways. ``own()`` gives what the package has, in the form that the unit asks for, so that the hidden
tests judge the package too. ``seat(theirs, seats)`` puts a student's functions in the place of the package's, for as long as
``seats`` is open: what the package then trains and draws, it does with the student's lines.
"""

import sys
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Callable

import numpy as np

from minigen import maths
from minigen.course import expect
from minigen.data import word_pieces
from minigen.data.text import CharCodec
from minigen.models import causal, decoder
from minigen.models.ngram import NGram
from minigen.models.table import Table
from minigen.nn import attention, causal_conv, noise
from minigen.nn.layers import Embedding, Linear, SquaredReLU
from minigen.nn.optimisers import Adam
from minigen.protocols import NO_CONDITION
from minigen.recipes import base
from minigen.strategies import fill as strategy
from minigen.strategies import mask_predict as masking
from minigen.strategies.plans import one_by_one


class Seats(ExitStack):
    """Changes to the package that are undone when it closes."""

    def put(self, owner, name, value):
        """Set an attribute of a module or class."""
        before = vars(owner)[name]
        setattr(owner, name, value)
        self.callback(setattr, owner, name, before)

    def everywhere(self, function, value):
        """Set a function in every room that has imported it by name."""
        for module in [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == "minigen"]:
            for name in [name for name, held in vars(module).items() if held is function]:
                self.put(module, name, value)


@dataclass(frozen=True)
class Socket:
    """Both ways between a unit and the package."""

    own: Callable                   # () -> an object with the unit's functions
    seat: Callable                  # (theirs, seats) -> None


class Asked:
    """A model that asks a callback: ``logits(canvas, at)``."""

    length, params, end = None, {}, None

    def __init__(self, logits, mask):
        self.ask, self.vocab_size = logits, mask

    def logits(self, canvas, at, condition=NO_CONDITION):
        return self.ask(canvas, at)


class Thrown:
    """Dice that have been thrown already."""

    def __init__(self, u):
        self.u = u

    def random(self, shape):
        return self.u


def ids(got, shape, top, name):
    """What a student's function gave, if it is an array of ids from 0 to ``top``: kernels look nothing up beyond their tables."""
    expect.array(got, shape, "i", name)
    assert got.size == 0 or 0 <= got.min() <= got.max() <= top, f"{name}: expected ids from 0 to {top}, got {got.min()} to {got.max()}"
    return got


# HW1: dice

def _own_01():
    return SimpleNamespace(softmax=maths.softmax)


def _seat_01(theirs, seats):
    def softmax(logits):
        probs = expect.array(theirs.softmax(logits), logits.shape, "f", "u01, the probabilities")
        assert np.allclose(probs.sum(axis=-1), 1.0, atol=1e-3), "u01, the probabilities: expected rows that sum to one, got others"
        return probs
    seats.put(maths, "softmax", softmax)


def _own_02():
    return SimpleNamespace(cross_entropy=maths.cross_entropy)


def _seat_02(theirs, seats):
    def cross_entropy(logits, targets, counted=None):
        loss, dlogits = theirs.cross_entropy(logits, targets, counted)
        expect.array(dlogits, logits.shape, "f", "u02, the gradient")
        return expect.number(loss, "u02, the loss"), dlogits.astype(logits.dtype, copy=False)
    seats.put(maths, "cross_entropy", cross_entropy)
    seats.put(maths, "training_loss", cross_entropy)


def _own_03():
    return SimpleNamespace(sample_categorical=lambda logits, u, temperature=1.0:
                           maths.sample_categorical(maths.adjust(logits, temperature), u))


def _seat_03(theirs, seats):
    def sample_categorical(logits, u):
        return ids(theirs.sample_categorical(logits, u), np.shape(u), logits.shape[-1] - 1, "u03, the tokens")
    seats.put(maths, "sample_categorical", sample_categorical)


def _own_04():
    return SimpleNamespace(adjust=maths.adjust)


def _seat_04(theirs, seats):
    def adjust(logits, temperature=1.0, top_k=None, top_p=None):
        return expect.array(theirs.adjust(logits, temperature, top_k, top_p), logits.shape, "f", "u04, the scores")
    seats.put(maths, "adjust", adjust)


def _own_05():
    return SimpleNamespace(learn_alphabet=lambda text: CharCodec.fit(text, True).characters,
                           encode=lambda text, alphabet, length: CharCodec(alphabet, True).encode(text, length),
                           decode=lambda tokens, alphabet: CharCodec(alphabet, True).decode(tokens))


def _seat_05(theirs, seats):
    encode, decode, fit = CharCodec.encode, CharCodec.decode, vars(CharCodec)["fit"]

    def their_encode(self, text, length=None):
        if not self.has_end:
            return encode(self, text, length)
        size = len(text) + 1 if length is None else length
        return ids(theirs.encode(text, self.characters, length), (size,), self.end, "u05, the ids")

    def their_decode(self, tokens):
        return theirs.decode(tokens, self.characters) if self.has_end else decode(self, tokens)

    def their_fit(cls, text, has_end):
        return cls(theirs.learn_alphabet(text), True) if has_end else fit.__get__(None, cls)(text, has_end)
    seats.put(CharCodec, "encode", their_encode)
    seats.put(CharCodec, "decode", their_decode)
    seats.put(CharCodec, "fit", classmethod(their_fit))


# HW2: the two strategies on a table

def _own_06():
    return SimpleNamespace(learn_merges=word_pieces.learn_merges, apply_merges=word_pieces.apply_merges)


def _seat_06(theirs, seats):
    def learn_merges(counts, n):
        merges = theirs.learn_merges(dict(counts), n)
        assert isinstance(merges, list), f"u06, the merges: expected a list, got {type(merges).__name__}"
        return list(word_pieces.Merges(merges))

    def apply_merges(word, merges):
        pieces = theirs.apply_merges(word, list(merges))
        assert isinstance(pieces, list) and all(isinstance(piece, str) for piece in pieces), f"u06, the pieces: expected a list of str, got {pieces!r}"
        assert "".join(pieces) == word, f"u06, the pieces of {word!r}: expected some that put together are the word, got {pieces}"
        return pieces
    seats.put(word_pieces, "learn_merges", learn_merges)
    seats.put(word_pieces, "apply_merges", apply_merges)


def _own_07():
    def count_ngrams(tokens, order, start, end=None):
        V = int(tokens.max()) + 1                   # the package's own id for "nothing before"
        model = NGram(V, order)
        model.end = end
        model.fit(tokens)
        contexts, counts = [()], {}
        for k in range(order):
            if k:
                shorter, before = np.divmod(model.params[f"pairs{k}"], V + 1)
                contexts = [(start if b == V else int(b), *contexts[s]) for s, b in zip(shorter, before)]
            first, follower, count = (model.params[f"{name}{k}"] for name in ("first", "follower", "count"))
            for i, context in enumerate(contexts):
                some = slice(first[i], first[i + 1])
                counts[context] = dict(zip(follower[some].tolist(), count[some].tolist()))
        return counts

    def ngram_probs(counts, context, vocab_size, discount=0.9):
        begins = {token for one in counts for token in one if not 0 <= token < vocab_size}      # V in the package
        known = [token in begins or 0 <= token < vocab_size for token in context]
        context = context[len(known) - known[::-1].index(False):] if False in known else context

        def own(tokens):
            return tuple(vocab_size if token in begins else token for token in tokens)
        counts, context = {own(one): followers for one, followers in counts.items()}, own(context)
        order = 1 + max(len(one) for one in counts)
        model, ids = NGram(vocab_size, order, discount), {(): 0}
        for k in range(order):
            known = [one for one in counts if len(one) == k]
            if k:
                pairs = {one: ids[one[1:]] * (vocab_size + 1) + one[0] for one in known}
                known.sort(key=pairs.get)
                model.params[f"pairs{k}"] = np.array([pairs[one] for one in known], np.int64)
                ids |= {one: i for i, one in enumerate(known)}
            followers = [sorted(counts[one].items()) for one in known]
            model.params[f"first{k}"] = np.cumsum([0] + [len(one) for one in followers])
            flat = np.array([pair for one in followers for pair in one], np.int64).reshape(-1, 2)
            model.params[f"follower{k}"], model.params[f"count{k}"] = flat.T
        model.order = min(order, len(context) + 1)                  # what stands before the context is not known
        row = np.array([[*(token for token in context if token != vocab_size), 0]], np.int64)
        return model.probabilities(row, [row.shape[1] - 1])[0, 0]
    return SimpleNamespace(count_ngrams=count_ngrams, ngram_probs=ngram_probs)


def _seat_07(theirs, seats):
    fit = NGram.fit

    def their_fit(self, tokens):
        self.counts = theirs.count_ngrams(tokens, self.order, self.vocab_size, self.end)
        return fit(self, tokens)

    def probabilities(self, tokens, at):
        known, out = {}, np.empty((len(tokens), len(at), self.vocab_size))
        for b, row in enumerate(tokens.tolist()):
            for a, t in enumerate(np.asarray(at).tolist()):
                context = tuple([self.vocab_size, *row[:t]][max(0, t + 2 - self.order):t + 1]) if self.order > 1 else ()
                if context not in known:
                    known[context] = theirs.ngram_probs(self.counts, context, self.vocab_size, self.discount)
                out[b, a] = known[context]
        return out
    seats.put(NGram, "fit", their_fit)
    seats.put(NGram, "probabilities", probabilities)


def _own_08():
    def fill(logits, canvas, u, plan, mask):
        yield from strategy.fill(Asked(logits, mask), canvas, Thrown(u), plan=[np.asarray(at) for at in plan])
    return SimpleNamespace(fill=fill)


def _seat_08(theirs, seats):
    def fill(model, canvas, rng, condition=NO_CONDITION, *, plan, temperature=1.0, top_k=None, top_p=None):
        def logits(canvas, at):
            return maths.adjust(model.logits(canvas, at, condition), temperature, top_k, top_p)
        plan, u = strategy.prepare(model, canvas, rng, plan)
        for canvas in theirs.fill(logits, canvas, u, plan, model.vocab_size):
            yield ids(canvas, u.shape, model.vocab_size, "u08, a canvas")
        left = int((canvas == model.vocab_size).sum())
        assert not left, f"u08, the last canvas: expected every place to be filled, got {left} masks"
    package_fill = strategy.fill
    for name, (function, settings) in base.STRATEGIES.items():
        if function is package_fill:
            seats.callback(base.STRATEGIES.__setitem__, name, (function, settings))
            base.STRATEGIES[name] = fill, settings
    seats.everywhere(package_fill, fill)


def _own_09():
    return SimpleNamespace(
        log_prob=lambda logits, tokens, plan, mask:
            strategy.log_prob(Asked(logits, mask), tokens, [np.asarray(at) for at in plan]),
        total_correlation=lambda joint: Table.from_joint(joint).total_correlation())


def _seat_09(theirs, seats):
    def log_prob(model, tokens, plan, condition=None):
        plan = plan(tokens.shape[1]) if callable(plan) else plan
        return theirs.log_prob(lambda canvas, at: model.logits(canvas, at, condition or NO_CONDITION),
                               tokens, plan, model.vocab_size)
    seats.everywhere(strategy.log_prob, log_prob)
    seats.put(Table, "total_correlation", lambda self: theirs.total_correlation(as_joint(self)))


def as_joint(table):
    """A table's probabilities as an array (V, ..., V)."""
    joint = np.zeros((table.vocab_size,) * table.length)
    np.add.at(joint, tuple(table.support.T), table.probs)
    return joint


# HW3: one by one

def _own_10():
    def linear_backward(x, weight, dy):
        layer = Linear(*weight.shape, np.random.default_rng(0))
        layer.params = {"weight": weight, "bias": np.zeros(weight.shape[1], weight.dtype)}
        dx, grads = layer.backward(x, dy)
        return dx, grads["weight"], grads["bias"]
    return SimpleNamespace(linear_backward=linear_backward)


def _seat_10(theirs, seats):
    def backward(self, x, dy, inputs=True):
        dx, dweight, dbias = theirs.linear_backward(x, self.params["weight"], dy)
        for name, got, like in (("dx", dx, x), ("dweight", dweight, self.params["weight"]), ("dbias", dbias, dy[(0,) * (dy.ndim - 1)])):
            expect.array(got, like.shape, "f", f"u10, {name}")
        return dx, {"weight": dweight} | ({"bias": dbias} if "bias" in self.params else {})
    seats.put(Linear, "backward", backward)


def _own_11():
    def adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8):
        adam = Adam(rate, beta1, beta2, epsilon=epsilon)
        adam.steps, adam.moments = step, {"param": (first, second)}
        adam.step_one("param", param, grad)

    def train_step(table, first, second, tokens, step, rate, end=None):
        rows = Embedding(*table.shape, np.random.default_rng(0))
        rows.params = {"table": table}
        scores, cache = rows.forward(causal.shifted(tokens, len(table) - 1))
        loss, dscores = maths.cross_entropy(scores, tokens, causal.up_to_end(tokens, end))
        adam_step(table, rows.backward(cache, dscores)[1]["table"], first, second, step, rate)
        return loss
    return SimpleNamespace(shifted=causal.shifted, up_to_end=causal.up_to_end, adam_step=adam_step, train_step=train_step)


def _seat_11(theirs, seats):
    def step_one(self, name, param, grad):
        first, second = self.moments.setdefault(name, (np.zeros_like(param), np.zeros_like(param)))
        rate = self.rate * self.learning_rate
        param *= 1 - rate * self.decay
        theirs.adam_step(param, grad, first, second, self.steps, rate, self.beta1, self.beta2, self.epsilon)

    def shifted(tokens, start):
        return ids(theirs.shifted(tokens, start), tokens.shape, max(start, tokens.max(initial=0)), "u11, the shifted tokens")
    seats.everywhere(causal.shifted, shifted)
    seats.everywhere(causal.up_to_end, theirs.up_to_end)
    seats.put(Adam, "step_one", step_one)


def _own_12():
    def causal_weights(scores):
        T = scores.shape[-1]
        layer = attention.Attention(2, 1, T, np.random.default_rng(0))
        blocks = scores.reshape(1, -1, 1, T, T).astype(np.float64) / attention.score_scale(2)
        return layer._weights(blocks).reshape(scores.shape)

    def causal_attention(query, key, value):
        return causal_weights(query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])) @ value
    return SimpleNamespace(causal_weights=causal_weights, causal_attention=causal_attention)


def _seat_12(theirs, seats):
    package_weights = attention.Attention._weights

    def weights(self, scores):
        block, keys = scores.shape[-2:]
        if block != keys or self.window is None or block > self.window:    # beside the block before it: not the unit's form
            return package_weights(self, scores)
        return theirs.causal_weights(scores * attention.score_scale(self.head_width)).astype(scores.dtype, copy=False)
    seats.put(attention.Attention, "_weights", weights)


def _own_13():
    def softmax_backward(dweights, weights):
        layer = attention.Attention(2, 1, None, np.random.default_rng(0))
        return layer._weights_backward(dweights.copy(), weights) / attention.score_scale(2)

    def attention_backward(query, key, value, dmixed):
        scale = 1.0 / np.sqrt(query.shape[-1])
        weights = _own_12().causal_weights(query @ key.swapaxes(-1, -2) * scale)
        dscores = softmax_backward(dmixed @ value.swapaxes(-1, -2), weights) * scale
        return dscores @ key, dscores.swapaxes(-1, -2) @ query, weights.swapaxes(-1, -2) @ dmixed
    return SimpleNamespace(softmax_backward=softmax_backward, attention_backward=attention_backward)


def _seat_13(theirs, seats):
    def weights_backward(self, dweights, weights):
        dscores = theirs.softmax_backward(dweights, weights) * attention.score_scale(self.head_width)
        return dscores.astype(weights.dtype, copy=False)
    seats.put(attention.Attention, "_weights_backward", weights_backward)


def _own_14():
    def complete(logits, tokens, rows, height, width, u, mask):
        canvas = tokens.copy()
        canvas[:, rows * width:] = mask
        model = Asked(lambda canvas, at: logits(canvas, int(at[0]))[:, None], mask)
        for canvas in strategy.fill(model, canvas, Thrown(u), plan=one_by_one):
            pass
        return canvas
    return SimpleNamespace(pixel_context=causal_conv.visible_neighbours, complete=complete)


def _seat_14(theirs, seats):
    def visible_neighbours(tokens, height, width, reach, nothing):
        shape = (len(tokens), height, width, len(causal_conv.neighbourhood(reach)))
        return ids(theirs.pixel_context(tokens, height, width, reach, nothing), shape, max(nothing, tokens.max(initial=0)), "u14, the context")
    seats.everywhere(causal_conv.visible_neighbours, visible_neighbours)


# HW4: all at once

def _layers(params):
    up, down = (Linear(1, 1, np.random.default_rng(0)) for _ in range(2))
    for name, layer in (("up", up), ("down", down)):
        layer.params = {part: params[f"{name}.{part}"] for part in ("weight", "bias")}
    return up, SquaredReLU(), down


def _own_15():
    def forward(params, told, length):
        x, caches = told, []
        for layer in _layers(params):
            x, cache = layer.forward(x)
            caches.append(cache)
        return x.reshape(len(told), length, -1), caches

    def decoder_loss_and_grads(params, told, tokens):
        scores, caches = forward(params, told, tokens.shape[1])
        loss, dscores = maths.cross_entropy(scores, tokens)
        (up, activation, down), (up_cache, active_cache, down_cache) = _layers(params), caches
        dactive, down_grads = down.backward(down_cache, dscores.reshape(len(told), -1))
        _, up_grads = up.backward(up_cache, activation.backward(active_cache, dactive)[0])
        return loss, {f"{name}.{part}": grad for name, grads in (("up", up_grads), ("down", down_grads))
                      for part, grad in grads.items()}
    return SimpleNamespace(decode=lambda params, told, length: forward(params, told, length)[0],
                           decoder_loss_and_grads=decoder_loss_and_grads)


def _seat_15(theirs, seats):
    package_loss, package_decode = decoder.Decoder.loss_and_grads, decoder.Decoder._decode
    names = {"up": "decoder.first", "down": "decoder.last"}

    def in_the_units_form(model):
        return model.config.n_labels and not model.config.latent_width and model.config.layers == 1

    def params(model):
        return {f"{name}.{part}": model.params[f"{inside}.{part}"] for name, inside in names.items() for part in ("weight", "bias")}

    def loss_and_grads(self, tokens, condition=NO_CONDITION, rng=None):
        if not in_the_units_form(self):
            return package_loss(self, tokens, condition, rng)
        loss, grads = theirs.decoder_loss_and_grads(params(self), self.inputs(condition), tokens)
        return loss, {f"{names[name.partition('.')[0]]}.{name.partition('.')[2]}": grad for name, grad in grads.items()}

    def decode(self, condition):
        if not in_the_units_form(self):
            return package_decode(self, condition)
        return theirs.decode(params(self), self.inputs(condition), self.length), None
    seats.put(decoder.Decoder, "loss_and_grads", loss_and_grads)
    seats.put(decoder.Decoder, "_decode", decode)


def _own_16():
    return SimpleNamespace(reparameterise=decoder.reparameterise, kl_to_normal=decoder.kl_to_normal,
                           latent_gradients=decoder.latent_gradients,
                           bound=lambda told, mean, log_variance: float((told - decoder.kl_to_normal(mean, log_variance)).mean()))


def _seat_16(theirs, seats):
    for name in ("reparameterise", "kl_to_normal", "latent_gradients"):
        seats.everywhere(getattr(decoder, name), getattr(theirs, name))


# Bonus

class _Rows(Asked):
    """A model that reads one token to the left: a table of probabilities (V + 1, V)."""

    def __init__(self, probs, end):
        self.probs, self.vocab_size, self.end = probs, probs.shape[1], end

    def logits(self, canvas, at, condition=NO_CONDITION):
        with np.errstate(divide="ignore"):
            scores = np.log(self.probs[causal.shifted(canvas, self.vocab_size)[:, at]])
        return causal.close_after_end(scores, canvas, at, self.end)


def _own_19():
    def mask_predict(logits, canvas, u, mask):
        canvas = canvas.copy()
        for canvas in masking.refine(logits, canvas, u, mask):
            pass
        return canvas
    return SimpleNamespace(n_masked=masking.n_masked, mask_predict=mask_predict)


def _seat_19(theirs, seats):
    def refine(logits, canvas, u, mask, schedule="linear", keep="draws", temperature=1.0, top_k=None, top_p=None):
        shown = []                                # the exercise knows one schedule, the linear one

        def asked(canvas, at):
            shown.append(canvas.copy())
            return maths.adjust(logits(canvas, at), temperature, top_k, top_p)
        last = theirs.mask_predict(asked, canvas, u, mask)
        for frame in [*shown[1:], last][:len(u)]:
            yield ids(frame, canvas.shape, mask, "u19, a canvas")
        left = int((last == mask).sum())
        assert not left, f"u19, the last canvas: expected every place to be filled, got {left} masks"
    seats.everywhere(masking.n_masked, theirs.n_masked)
    seats.everywhere(masking.refine, refine)


def _own_21():
    return noise


def _seat_21(theirs, seats):
    def add_noise(x, alpha_bar, noise):
        return expect.array(theirs.add_noise(x, alpha_bar, noise), x.shape, "f", "u21, the noisy canvas").astype(x.dtype)

    def ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise):
        return expect.array(theirs.ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise), x.shape, "f", "u21, the next canvas").astype(x.dtype)
    seats.everywhere(noise.add_noise, add_noise)
    seats.everywhere(noise.ddim_step, ddim_step)


def _seat_22(theirs, seats):
    def drop_condition(labels, u, share, nothing):
        return ids(theirs.drop_condition(labels, u, share, nothing), labels.shape, nothing, "u22, the labels")

    def guided(told, untold, weight):
        return expect.array(theirs.guided(told, untold, weight), told.shape, "f", "u22, what is said with guidance").astype(told.dtype)
    seats.everywhere(noise.drop_condition, drop_condition)
    seats.everywhere(noise.guided, guided)


def _own_25():
    def fill_compiled(probs, canvas, u, mask, end):
        model = _Rows(probs, None if end < 0 else end)
        filled = canvas.copy()
        for b in range(len(canvas)):              # each row may have another prompt
            for row in strategy.fill(model, canvas[b:b + 1], Thrown(u[b:b + 1]), plan=one_by_one):
                filled[b] = row[0]
        return filled
    return SimpleNamespace(fill_compiled=fill_compiled)


def _seat_25(theirs, seats):
    def fill_compiled(self, canvas, u, condition, temperature, top_k, top_p):
        pairs = copy(self)
        pairs.order = min(self.order, 2)
        lefts = np.arange(self.vocab_size)[:, None]
        probs = np.concatenate([pairs.probabilities(np.repeat(lefts, 2, axis=1), [1])[:, 0],
                                pairs.probabilities(lefts[:1], [0])[:, 0]])          # (V + 1, V) the last: nothing before
        with np.errstate(divide="ignore"):
            probs = maths.softmax(maths.adjust(np.log(probs), temperature, top_k, top_p))
        return theirs.fill_compiled(probs, canvas, u, self.vocab_size, -1 if self.end is None else self.end)
    seats.put(NGram, "fill_compiled", fill_compiled)


SOCKETS = {1: Socket(_own_01, _seat_01), 2: Socket(_own_02, _seat_02), 3: Socket(_own_03, _seat_03),
           4: Socket(_own_04, _seat_04), 5: Socket(_own_05, _seat_05), 6: Socket(_own_06, _seat_06), 7: Socket(_own_07, _seat_07),
           8: Socket(_own_08, _seat_08), 9: Socket(_own_09, _seat_09), 10: Socket(_own_10, _seat_10),
           11: Socket(_own_11, _seat_11), 12: Socket(_own_12, _seat_12), 13: Socket(_own_13, _seat_13),
           14: Socket(_own_14, _seat_14), 15: Socket(_own_15, _seat_15), 16: Socket(_own_16, _seat_16),
           19: Socket(_own_19, _seat_19), 21: Socket(_own_21, _seat_21), 22: Socket(_own_21, _seat_22), 25: Socket(_own_25, _seat_25)}


def seated(units):
    """A context in which the package runs with a student's functions: ``units`` maps numbers to their functions.

    Everything then goes the plain way; only a compiled loop that is the student's own stays.
    """
    seats = Seats()
    try:
        if 25 not in units:
            seats.everywhere(strategy.can_compile, lambda model, strategy: False)
        for number, theirs in units.items():
            SOCKETS[number].seat(theirs, seats)
    except BaseException:
        seats.close()
        raise
    return seats
