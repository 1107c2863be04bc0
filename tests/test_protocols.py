"""The nouns: which classes of the house fit which protocol."""

import inspect

import numpy as np
import pytest

from minigen import data, protocols
from minigen.models.char_lm import CharLM
from minigen.models.choice_decoder import ChoiceDecoder
from minigen.models.decoder import Decoder
from minigen.models.ngram import Marginals, NGram
from minigen.models.pixel_lm import PixelLM
from minigen.models.table import Table
from minigen.nn import attention, causal_conv, layers, transformer
from minigen.nn.optimisers import Adam, Muon
from minigen.protocols import NO_CONDITION, Condition


def methods_of(protocol):
    """The methods that a protocol asks for."""
    return [name for name, member in vars(protocol).items() if inspect.isfunction(member) and not name.startswith("_")]


@pytest.mark.parametrize("protocol, classes", [
    (protocols.Codec, [data.CharCodec, data.PictureCodec]),
    (protocols.Dataset, [data.Items, data.Stream]),
    (protocols.Layer, [layers.Linear, layers.Embedding, layers.RMSNorm, layers.SquaredReLU, layers.Dropout, layers.MLP,
                       attention.Attention, transformer.Block, transformer.Transformer, causal_conv.CausalConv,
                       causal_conv.NeighbourTable, causal_conv.PixelBlock]),
    (protocols.Optimizer, [Adam, Muon]),
], ids=["Codec", "Dataset", "Layer", "Optimizer"])
def test_a_class_has_what_its_noun_asks_for(protocol, classes):
    """Codecs, datasets, layers and optimisers have every method of their protocol."""
    for cls in classes:
        missing = [name for name in methods_of(protocol) if not callable(getattr(cls, name, None))]
        assert not missing, f"{cls.__name__} lacks {missing}"


@pytest.mark.parametrize("cls", [CharLM, PixelLM, Decoder, ChoiceDecoder, NGram, Marginals, Table])
def test_every_model_answers_logits_and_says_which_plans_it_can(cls):
    """Models have logits and check_plan; those that learn by gradient have loss_and_grads too."""
    assert callable(cls.logits) and callable(cls.check_plan)
    assert hasattr(cls, "loss_and_grads") or hasattr(cls, "fit") or cls is Table


def test_rows_of_a_condition_are_rows_of_its_parts():
    """rows(index) takes the same canvases out of label and latent, and leaves what is absent absent."""
    condition = Condition(np.arange(4), np.arange(8).reshape(4, 2))
    part = condition.rows([2, 0])
    assert part.label.tolist() == [2, 0] and part.latent.tolist() == [[4, 5], [0, 1]]
    assert NO_CONDITION.rows(slice(2)) == NO_CONDITION
