"""Figures that mean something: bits, passes, seconds, shares, distances.

Everything here returns numbers and prints nothing. Bits are per token with END counted as one; a
bound is called a bound. Distances to the data are for pictures, where eyes judge first.
"""

import re
import time
from functools import partial

import numpy as np

from minigen import maths
from minigen.errors import expect_range, expect_shape
from minigen.models.causal import up_to_end
from minigen.models.decoder import reparameterise
from minigen.parallel import one_blas_thread, side_by_side
from minigen.protocols import NO_CONDITION, Condition
from minigen.strategies.fill import SCORED_AT_ONCE, log_prob
from minigen.strategies.plans import all_at_once

NATS_PER_BIT = float(np.log(2.0))


# Bits

def bits_per_token(log_probs, tokens, end):
    """Mean bits per counted token (END is one of them) from log-probabilities (B,) in nats."""
    return float(-log_probs.sum() / up_to_end(tokens, end).sum() / NATS_PER_BIT)


def told(model, tokens, condition=None):
    """What each true token costs where it stands: log-probabilities (B, T) in nats.

    A causal model is shown the finished canvas, of which it reads the left part (teacher forcing); a
    one-shot model is blind and gets masks.
    """
    condition = condition or NO_CONDITION
    at, rows = np.arange(tokens.shape[1]), max(1, SCORED_AT_ONCE // (tokens.shape[1] * model.vocab_size))

    def score(some):
        part = tokens[some]
        canvas = part if getattr(model, "causal", False) else np.full_like(part, model.vocab_size)
        log_probs = maths.log_softmax(model.logits(canvas, at, condition.rows(some)))                 # (B, T, V)
        return np.take_along_axis(log_probs, part[..., None], -1)[..., 0].astype(np.float64)
    with one_blas_thread():
        return np.concatenate(side_by_side([partial(score, slice(i, i + rows)) for i in range(0, len(tokens), rows)]))


def mixed(first, second):
    """Half of one model and half of another, token by token: log of the mean of what they told."""
    return np.logaddexp(first, second) - np.log(2.0)


def string_log_prob(model, tokens, end, condition=None):
    """log P(string), nats (B,): all canvases that decode to the same string, summed.

    A causal model never goes on after END, so the one canvas is the string. Where places are
    independent, what stands after the first END sums to one: the product up to and including it.
    """
    if hasattr(model, "string_log_prob"):
        return model.string_log_prob(tokens, condition or NO_CONDITION)
    return np.where(up_to_end(tokens, end), told(model, tokens, condition), 0.0).sum(axis=1)


def label_mixture(score, n, n_labels):
    """log P(x) where the label is drawn first, each alike: log mean over labels of P(x | label), (n,).

    ``score(condition) -> (n,)`` nats. Exact: the sum over labels is short.
    """
    if not n_labels:
        return score(NO_CONDITION)
    each = np.stack([score(Condition(label=np.full(n, label))) for label in range(n_labels)])   # (labels, n)
    return np.logaddexp.reduce(each, axis=0) - np.log(n_labels)


def item_bits(model, tokens, end, n_labels=0):
    """Bits per token of whole items (N, T), exact."""
    score = label_mixture(lambda condition: string_log_prob(model, tokens, end, condition), len(tokens), n_labels)
    return bits_per_token(score, tokens, end)


def stream_told(model, stream, context, row=1024):
    """``told`` for a running text (n,): every character once.

    The text is cut into rows that overlap by ``context`` tokens, which are read and not scored again:
    each character but the first few sees ``context`` tokens to its left.
    """
    each = np.empty(len(stream))
    starts = range(0, max(len(stream) - context, 1), row)
    whole = [start for start in starts if start + context + row <= len(stream)]
    groups = [whole[i:i + 64] for i in range(0, len(whole), 64)] + [[start] for start in starts if start not in whole]
    for group in groups:                            # a few rows at a time keep the memory small
        scores = told(model, np.stack([stream[start:start + context + row] for start in group]))
        for start, one in zip(group, scores):
            known = context if start else 0         # nothing stands before the very first row
            each[start + known:start + len(one)] = one[known:]
    return each


def importance_bound(model, tokens, rng, draws=64, condition=None):
    """A lower bound on log P(canvas) of a decoder with a latent, nats (B,).

    log of the mean of P(x | z) P(z) / Q(z | x) over ``draws`` latents from the encoder Q: on average too
    low, and tighter with more draws (Burda, Grosse and Salakhutdinov, 2016).
    """
    condition = condition or NO_CONDITION
    mean, log_variance = model.encode(tokens, condition)                       # (B, C)
    ratios = np.empty((draws, len(tokens)))
    for k in range(draws):
        noise = rng.standard_normal(mean.shape)
        latent = reparameterise(mean, log_variance, noise)
        told = log_prob(model, tokens, all_at_once, condition._replace(latent=latent.astype(np.float32)))
        # log P(z) - log Q(z | x): the constants of the two normal densities cancel
        ratios[k] = told + 0.5 * (noise ** 2 - latent ** 2 + log_variance).sum(axis=1)
    return np.logaddexp.reduce(ratios, axis=0) - np.log(draws)


# Exactly, on questions with a known distribution

def answer_gap(log_probs, probs):
    """What a model loses on one question, in bits per answer, and how often it answers nonsense.

    Parameters
    ----------
    log_probs : (n,) nats
        The model's log-probabilities of the n right answers.
    probs : (n,)
        Their true probabilities.

    Returns
    -------
    gap : float
        Kullback-Leibler divergence from the truth, bits.
    impossible : float
        The probability that the model gives to everything that is not a right answer.
    """
    gap = float((probs * (np.log(probs) - log_probs)).sum() / NATS_PER_BIT)
    return gap, max(0.0, float(1.0 - np.exp(log_probs).sum()))


def total_variation(p, q):
    """Half the sum of |p - q| along the last axis: the share of one distribution that would have to move to make the other.

    0 for equal ones, 1 for those that have nothing in common. Frequencies of n draws lie some sqrt(outcomes / n) off their law.
    """
    return 0.5 * np.abs(np.asarray(p, np.float64) - q).sum(axis=-1)


# Samples against the data

def words(text):
    """The words of a text, lower case."""
    return re.findall(r"[^\W\d_]+", text.lower())


def share_unseen(pieces, seen):
    """Share of pieces that are not among those seen; 0 where there are no pieces."""
    pieces = list(pieces)
    return sum(piece not in seen for piece in pieces) / max(len(pieces), 1)


def counted_apart(first, second):
    """Total variation between the shares of what two Counters have counted: 0 where they agree, 1 where they share nothing."""
    here, there = max(sum(first.values()), 1), max(sum(second.values()), 1)
    return sum(abs(first[piece] / here - second[piece] / there) for piece in first.keys() | second.keys()) / 2


def is_quatrain(poem):
    """Four lines of five or of seven characters, ending in ， 。 ， 。: the form of the shipped poems."""
    return re.fullmatch(r"[^，。]{5}，[^，。]{5}。[^，。]{5}，[^，。]{5}。|[^，。]{7}，[^，。]{7}。[^，。]{7}，[^，。]{7}。", poem) is not None


def grams(text, n):
    """All runs of n characters, the beginning and the end marked: "ab" has ^a, ab, b$ for n = 2."""
    marked = f"^{text}$"
    return [marked[i:i + n] for i in range(len(marked) - n + 1)]


def patches(pictures):
    """All 2 x 2 patches of pictures (N, H, W) as one integer each, (N * (H - 1) * (W - 1),)."""
    base = 1 << 12
    a, b, c, d = (pictures[:, i:pictures.shape[1] - 1 + i, j:pictures.shape[2] - 1 + j].astype(np.int64)
                  for i in (0, 1) for j in (0, 1))
    return (((a * base + b) * base + c) * base + d).ravel()


def largest_part(filled):
    """Pixels of the largest connected part (up, down, left, right) of a picture (H, W) of bools."""
    label = np.where(filled, np.arange(1, filled.size + 1).reshape(filled.shape), 0)
    while True:                                   # every pixel takes the largest label among its neighbours
        spread = label.copy()
        for here, there in ((spread[1:], label[:-1]), (spread[:-1], label[1:]),
                            (spread[:, 1:], label[:, :-1]), (spread[:, :-1], label[:, 1:])):
            np.maximum(here, there, out=here)
        spread *= filled
        if (spread == label).all():
            return int(np.bincount(label[filled]).max()) if filled.any() else 0
        label = spread


def nearest(tokens, train, mirrored):
    """Share of pixels that differ from the nearest training picture or its mirror image, (N,)."""
    both = np.concatenate([train, mirrored])                                   # (2 M, T)
    return np.array([(both != one).mean(axis=1).min() for one in tokens])


def picture_statistics(tokens, codec, train, mirrors):
    """What sprites look like in numbers: medians over pictures (N, T), beside the training pictures.

    Returns
    -------
    dict
        ``opaque``: share of pixels that are not empty (colour 0); ``largest_part``: share of those in the
        largest connected part; ``colours``: different colours; ``nearest``: share of pixels that differ
        from the nearest training picture or, with ``mirrors``, its mirror image; ``copies``: share of exact copies.
    """
    pictures = codec.decode(tokens)                                            # (N, H, W)
    opaque = pictures != 0
    amount = opaque.sum(axis=(1, 2))
    largest = np.array([largest_part(picture) for picture in opaque])
    far = nearest(tokens, train, codec.mirror(train) if mirrors else train[:0])
    return {"opaque": float(np.median(amount / opaque[0].size)),
            "largest_part": float(np.median(largest / np.maximum(amount, 1))),
            "colours": float(np.median([len(np.unique(one)) for one in tokens])),
            "nearest": float(np.median(far)), "copies": float((far == 0).mean())}


# Fréchet distance: what a picture looks like, in a few numbers

def frechet(first, second):
    """Fréchet distance of the two Gaussians that fit features (N, D) and (M, D) (Dowson and Landau, 1982; Heusel et al., 2017).

    |difference of the means|² + trace(A + B - 2 sqrt(A B)), A and B being the covariances. Few samples scatter their
    own covariance: compare distances of equal N and M, and put the distance of real things from real things beside them.
    """
    expect_shape("first", first, (None, None))
    expect_shape("second", second, (None, first.shape[1]), "Features of one kind have one width.")
    expect_range("number of features", min(len(first), len(second)), 2, hint="One picture has no spread.")
    means, roots = [], []
    for each in (first, second):
        each = np.asarray(each, np.float64)
        means.append(each.mean(axis=0))                                        # (D,)
        # R with R^T R = covariance: nothing is squared only to have its root taken, so a flat direction stays exactly flat.
        roots.append(np.linalg.qr((each - means[-1]) / np.sqrt(len(each) - 1), mode="r"))
    # sqrt(A B) has the trace of the singular values of R_A R_B^T, added up: those squared are the eigenvalues of A B.
    shared = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    apart = ((means[0] - means[1]) ** 2).sum() + sum((root ** 2).sum() for root in roots) - 2.0 * shared
    return max(float(apart), 0.0)


GRID = 5                        # blocks along each side of a picture that is looked at


def looks(tokens, codec):
    """What an eye sees of pictures (N, T), block by block on a grid of 5 x 5: (N, 25 (C + 1)) float64.

    For each block the mean of each of the C numbers of ``codec.to_signal`` (colour, and how much is drawn) and the
    contrast, the root mean square of how far its pixels lie from those means.
    """
    signal = codec.to_signal(tokens).astype(np.float64)                        # (N, T, C)
    down, right = np.indices((codec.height, codec.width)).reshape(2, -1)       # (T,)
    block = down * GRID // codec.height * GRID + right * GRID // codec.width   # (T,)
    share = (block == np.arange(GRID * GRID)[:, None]).astype(np.float64)      # (25, T); a block of a tiny picture may be empty
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    with one_blas_thread():                        # many small products: threads would only wait for each other
        mean, square = share @ signal, share @ signal ** 2                     # (N, 25, C)
    contrast = np.sqrt((square - mean ** 2).clip(0.0).mean(axis=-1, keepdims=True))    # (N, 25, 1)
    return np.concatenate([mean, contrast], axis=-1).reshape(len(tokens), -1)


def picture_features(tokens, codec, train, numbers=24):
    """Features of pictures that no classifier knows: their ``looks`` along the lines on which the training pictures differ most.

    Each look is measured in standard deviations of the training pictures (M, T), then turned to their principal
    directions, of which the first are kept: so few that a few dozen pictures have a covariance.

    Returns
    -------
    (N, numbers) float64
        Fewer numbers where there are fewer training pictures or looks.
    """
    seen = looks(train, codec)
    middle, spread = seen.mean(axis=0), seen.std(axis=0)
    spread[spread < 1e-9] = 1.0                                                # the same in all: it tells nothing
    with one_blas_thread():
        _, _, directions = np.linalg.svd((seen - middle) / spread, full_matrices=False)
    return (looks(tokens, codec) - middle) / spread @ directions[:numbers].T


# Time

def seconds(work, repeats=5, patience=0.5):
    """Median seconds of ``work()``, after one call that warms up; where that took long, of a single call."""
    start = time.perf_counter()
    work()
    took = []
    for _ in range(repeats if time.perf_counter() - start < patience else 1):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return float(np.median(took))
