"""The peers of the benchmark compute what minigen computes: same logits, gradients, steps, tokens on the same dice."""

import numpy as np
import pytest

from minigen import maths
from minigen.bench import peers_numpy
from minigen.bench.works import mlp_params
from minigen.errors import UserError
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.models.decoder import Decoder, DecoderConfig
from minigen.models.pixel_lm import PixelLM, PixelLMConfig
from minigen.nn.optimisers import Adam, Muon, clip
from minigen.protocols import NO_CONDITION, Condition
from oracles import wake


def char_lm(rng, **settings):
    config = dict(vocab_size=7, context=6, layers=2, width=24, heads=3) | settings
    return wake(CharLM(CharLMConfig(**config), rng), rng)


def pixel_lm(rng, **settings):
    config = dict(vocab_size=5, height=5, width=7, reach=2, channels=12, hidden=20, blocks=2) | settings
    return wake(PixelLM(PixelLMConfig(**config), rng), rng)


def decoder(rng, layers):
    return wake(Decoder(DecoderConfig(vocab_size=5, length=9, latent_width=4, hidden=16, layers=layers), rng), rng)


def assert_close(got, expected):
    """Equal to 1e-5 of the largest number."""
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5 * (1 + np.abs(expected).max()))


def assert_drawn(model, tokens, u, condition=NO_CONDITION, temperature=1.0):
    """Each token is what the plain model draws after the tokens before it, unless its die lies at an edge."""
    assert tokens.shape == u.shape and tokens.dtype == np.int64
    logits = maths.adjust(model.logits(tokens, np.arange(tokens.shape[1]), condition), temperature)
    other = maths.sample_categorical(logits, u) != tokens
    assert (maths.distance_to_edge(logits, u)[other] < 1e-5).all()
    assert len(np.unique(tokens)) > 1            # something was drawn


# The Transformer


@pytest.mark.parametrize("length", [1, 4, 6])
def test_transformer_logits(torch_peers, length, rng):
    """Torch: the logits of CharLM, up to the window."""
    import torch
    model = char_lm(rng)
    tokens = rng.integers(0, 7, (3, length))
    with torch.inference_mode():
        got = torch_peers.TransformerPeer(model)(torch.from_numpy(tokens)).numpy()
    assert_close(got, model.logits(tokens, np.arange(length)))


@pytest.mark.parametrize("n, length", [(1, 6), (40, 6), (20, 15)])        # past the window of 6, too
def test_transformer_tokens(torch_peers, n, length, rng):
    """Torch: with the cache, the tokens of CharLM on the same dice, at any temperature."""
    model, u = char_lm(rng), rng.random((n, length))
    peer = torch_peers.TransformerPeer(model)
    for temperature in (1.0, 0.7):
        assert_drawn(model, peer.generate(u, temperature), u, temperature=temperature)


@pytest.mark.parametrize("n, length", [(1, 6), (40, 6), (20, 15)])
def test_transformer_tokens_in_numpy(n, length, rng):
    """NumPy: with the cache, the tokens of CharLM on the same dice."""
    model, u = char_lm(rng), rng.random((n, length))
    assert_drawn(model, peers_numpy.transformer(model, u), u)


def test_a_peer_holds_copies(torch_peers, rng):
    """Torch: training the peer does not touch the model it was made from."""
    model, tokens = char_lm(rng), rng.integers(0, 7, (4, 6))
    before = {name: array.copy() for name, array in model.params.items()}
    peer = torch_peers.TransformerPeer(model)
    torch_peers.transformer_step(peer, torch_peers.Muon(peer.named_parameters(), model.is_matrix), tokens)
    for name, array in model.params.items():
        np.testing.assert_array_equal(array, before[name])


def turned(name, array):
    """A parameter of a peer, or its gradient, as minigen keeps it; and the way back, which is the same."""
    table = name.startswith(("embedding", "pairs"))
    return array.T if array.ndim == 2 and not table else array


def ours(name):
    """transformer.blocks.0.mlp.up.weight -> transformer.block0.mlp.up.weight"""
    name = name.replace("blocks.", "block")
    return name.replace(".weight", ".table") if name.startswith(("embedding", "pairs")) else name


def test_transformer_gradients(torch_peers, rng):
    """Torch: the loss and every gradient of CharLM.loss_and_grads."""
    import torch
    from torch.nn import functional as F
    model, tokens = char_lm(rng), rng.integers(0, 7, (5, 6))
    peer, there = torch_peers.TransformerPeer(model), torch.from_numpy(tokens)
    loss = F.cross_entropy(peer(there).flatten(0, 1), there.flatten())
    loss.backward()
    expected, grads = model.loss_and_grads(tokens)
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert {ours(name) for name, _ in peer.named_parameters()} == set(grads)
    for name, parameter in peer.named_parameters():
        assert np.abs(grads[ours(name)]).max() > 1e-3
        assert_close(turned(name, parameter.grad.numpy()), grads[ours(name)])


@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_muon(torch_peers, decay, rng):
    """Torch: three steps of Muon and Adam on the same gradients lead to the same parameters."""
    import torch
    model = char_lm(rng)
    peer = torch_peers.TransformerPeer(model)
    before = {name: array.copy() for name, array in model.params.items()}
    here = Muon(model.is_matrix, 0.03, 0.9, decay=decay, adam=Adam(0.01, decay=decay))
    there = torch_peers.Muon(peer.named_parameters(), model.is_matrix, 0.03, 0.9, decay=decay, adam_rate=0.01,
                             adam_decay=decay)
    for step in range(3):
        grads = {name: rng.standard_normal(array.shape, np.float32) for name, array in model.params.items()}
        for name, parameter in peer.named_parameters():
            parameter.grad = torch.from_numpy(turned(name, grads[ours(name)]).copy())
        here.rate = there.rate = (1.0, 0.5, 0.8)[step]
        here.step(model.params, grads)
        there.step()
    for name, parameter in peer.named_parameters():
        moved = np.abs(model.params[ours(name)] - before[ours(name)]).max()
        got = turned(name, parameter.detach().numpy())
        np.testing.assert_allclose(got, model.params[ours(name)], rtol=0, atol=1e-4 * moved)


def test_transformer_steps(torch_peers, rng):
    """Torch: whole training steps, clipped, have the losses of minigen's."""
    model, tokens = char_lm(rng), rng.integers(0, 7, (5, 6))
    peer = torch_peers.TransformerPeer(model)
    here = Muon(model.is_matrix, 0.03, 0.9, adam=Adam(0.01))
    there = torch_peers.Muon(peer.named_parameters(), model.is_matrix, 0.03, 0.9, adam_rate=0.01)
    losses = []
    for _ in range(4):
        loss, grads = model.loss_and_grads(tokens)
        assert clip(grads, 1.0) > 1.0            # so that the cut is seen
        here.step(model.params, grads)
        losses.append((loss, torch_peers.transformer_step(peer, there, tokens)))
    assert losses[-1][0] < 0.9 * losses[0][0]
    np.testing.assert_allclose(*np.transpose(losses), rtol=1e-3)


def test_a_die_of_zero_takes_no_impossible_token(torch_peers):
    """Torch: a token of probability 0 is never drawn, whatever the die."""
    import torch
    logits = torch.tensor([[-np.inf, 0.0, 1.0, -np.inf]] * 2)
    assert torch_peers.draw(logits, torch.tensor([[0.0], [1 - 2.0 ** -53]], dtype=torch.float64)).tolist() == [[1], [2]]


# Pixels


def test_pixel_logits(torch_peers, rng):
    """Torch: the logits of PixelLM for whole pictures."""
    import torch
    model = pixel_lm(rng)
    tokens = rng.integers(0, 5, (3, 35))
    with torch.inference_mode():
        got = torch_peers.PixelPeer(model)(torch.from_numpy(tokens)).numpy()
    assert_close(got, model.logits(tokens, np.arange(35)))


@pytest.mark.parametrize("n", [1, 12])
def test_pixel_tokens(torch_peers, n, rng):
    """Torch: the tokens of PixelLM on the same dice."""
    model, u = pixel_lm(rng), rng.random((n, 35))
    assert_drawn(model, torch_peers.PixelPeer(model).generate(u), u)


@pytest.mark.parametrize("n", [1, 12])
def test_pixel_tokens_in_numpy(n, rng):
    """NumPy: column by column, the tokens of PixelLM on the same dice."""
    model, u = pixel_lm(rng), rng.random((n, 35))
    assert_drawn(model, peers_numpy.pixels(model, u), u)


# One shot


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_decoder(torch_peers, layers, rng):
    """Torch: the logits and the tokens of Decoder, with any number of hidden layers."""
    import torch
    model = decoder(rng, layers)
    latent, u = rng.standard_normal((30, 4), np.float32), rng.random((30, 9))
    peer, condition = torch_peers.DecoderPeer(model), Condition(latent=latent)
    with torch.inference_mode():
        got = peer(torch.from_numpy(latent)).numpy()
    assert_close(got, model.logits(np.zeros((30, 9), np.int64), np.arange(9), condition))
    assert_drawn(model, peer.generate(latent, u), u, condition)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_decoder_in_numpy(layers, rng):
    """NumPy: the tokens of Decoder."""
    model = decoder(rng, layers)
    latent, u = rng.standard_normal((30, 4), np.float32), rng.random((30, 9))
    assert_drawn(model, peers_numpy.decoder(model, latent, u), u, Condition(latent=latent))


# A plain network in training


def autoencoder(rng):
    """Params of an MLP 10-8-6-10, in float32."""
    params = mlp_params((10, 8, 6, 10), rng)
    return {name: array if array.ndim == 2 else 0.1 * rng.standard_normal(array.shape, np.float32) for name, array in params.items()}


def test_mlp_gradients_in_numpy(rng):
    """NumPy: the gradients of the loss are central differences, read from the first moment after one step."""
    params, x = {name: array.astype(np.float64) for name, array in autoencoder(rng).items()}, rng.standard_normal((4, 10))

    def loss():                                  # of a step that is thrown away
        kept, moments = {name: array.copy() for name, array in params.items()}, {}
        return peers_numpy.mlp_step(kept, moments, x, 0), moments
    _, moments = loss()
    for name, array in params.items():
        for _ in range(4):
            at = tuple(rng.integers(0, array.shape))
            held, sides = array[at], []
            for shift in (1e-5, -1e-5):
                array[at] = held + shift
                sides.append(loss()[0])
            array[at] = held
            slope = (sides[0] - sides[1]) / 2e-5
            assert moments[name][0][at] / 0.1 == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_mlp_steps_in_numpy(rng):
    """NumPy: the steps are those of nn.optimisers.Adam on the gradients found."""
    params, x, moments = autoencoder(rng), rng.standard_normal((16, 10), np.float32), {}
    expected, optimiser = {name: array.copy() for name, array in params.items()}, Adam(1e-3)
    for step in range(3):
        kept, alone = {name: array.copy() for name, array in params.items()}, {}
        peers_numpy.mlp_step(kept, alone, x, 0)
        grads = {name: alone[name][0] / np.float32(0.1) for name in params}
        peers_numpy.mlp_step(params, moments, x, step)
        optimiser.step(expected, grads)
    for name, array in params.items():
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=1e-6)


def test_mlp_steps(torch_peers, rng):
    """Torch: three steps of the autoencoder, the losses and parameters of the NumPy peer."""
    params, moments = autoencoder(rng), {}
    peer = torch_peers.mlp_peer(params)
    optimiser = torch_peers.adam(peer, 1e-2)
    for step in range(3):
        x = rng.standard_normal((16, 10), np.float32)
        expected = peers_numpy.mlp_step(params, moments, x, step, learning_rate=1e-2)
        assert torch_peers.mlp_step(peer, optimiser, x) == pytest.approx(expected, rel=1e-5)
    for i, layer in enumerate(peer.layers):
        np.testing.assert_allclose(layer.weight.detach().numpy().T, params[f"weight{i}"], rtol=0, atol=3e-6)
        np.testing.assert_allclose(layer.bias.detach().numpy(), params[f"bias{i}"], rtol=0, atol=3e-6)


# nanoGPT, and what no peer computes


def test_nanogpt_learns(torch_peers, rng):
    """Torch: on a text that repeats itself the loss falls below that of guessing; the caller's threads are given back."""
    import torch
    stream = np.tile(rng.permutation(8), 40)
    windows = np.stack([stream[i:i + 9] for i in range(20)])
    seconds, loss, step = torch_peers.train_nanogpt(stream, windows, 8, 30, threads=1)
    assert loss < 0.8 * np.log(8) and 0 < step < seconds
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("settings", [dict(pairs=False), dict(tied=True), dict(n_labels=2), dict(has_end=True),
                                      dict(dropout=0.1)])
def test_other_transformers_are_refused(torch_peers, settings, rng):
    """The error names what the peer cannot compute."""
    model = char_lm(rng, **settings)
    for refuse in (torch_peers.TransformerPeer, lambda model: peers_numpy.transformer(model, np.zeros((1, 1)))):
        with pytest.raises(UserError, match=next(iter(settings))):
            refuse(model)


def test_other_models_are_refused(torch_peers, rng):
    """Labels, grey levels, no latent: the error comes before a wrong answer."""
    for settings in (dict(n_labels=2), dict(ordered=True)):
        with pytest.raises(UserError, match=next(iter(settings))):
            torch_peers.PixelPeer(pixel_lm(rng, **settings))
        with pytest.raises(UserError, match=next(iter(settings))):
            peers_numpy.pixels(pixel_lm(rng, **settings), np.zeros((1, 35)))
    for config in (DecoderConfig(5, 9), DecoderConfig(5, 9, n_labels=2, latent_width=4)):
        with pytest.raises(UserError):
            torch_peers.DecoderPeer(Decoder(config, rng))


def test_a_row_longer_than_the_window_is_refused(torch_peers, rng):
    """Torch: teacher forcing past the window would need a banded mask."""
    import torch
    with pytest.raises(UserError, match="6"):
        torch_peers.TransformerPeer(char_lm(rng))(torch.zeros(1, 7, dtype=torch.int64))
