"""Blocks equal torch's encoder layer; a trained encoder opened up answers as before; attention is all that changes."""

import pytest
import torch
from torch import nn

from edukit.data import digits, shapes
from edukit.measure import count_parameters
from edukit.networks import EncoderClassifier, LinearAttention, SoftmaxAttention, softmax_attention, trained
from edukit.networks.token_classifier import Block, NoAttention, TokenClassifier, queries_and_keys, with_attention
from edukit.training import accuracy, fit, seeded

KINDS = [SoftmaxAttention, LinearAttention, NoAttention]


def images(count=6):
    return torch.from_numpy(shapes(train=10, calibration=10, test=10, validation=count).validation.x)


@pytest.mark.parametrize("seed", range(3))
def test_an_opened_encoder_answers_as_torchs_layers_do(seed):
    encoder = trained("shapes_encoder", seed)
    opened = with_attention(encoder)
    with torch.no_grad():
        torch.testing.assert_close(opened(images()), encoder(images()), rtol=1e-4, atol=1e-4)
    assert count_parameters(opened) == count_parameters(encoder) and not opened.training


def test_the_swap_keeps_every_weight_and_leaves_the_encoder_alone():
    encoder = trained("shapes_encoder")
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    soft, linear = (with_attention(encoder, kind).state_dict() for kind in (SoftmaxAttention, LinearAttention))
    assert soft.keys() == linear.keys() and all(torch.equal(soft[name], linear[name]) for name in soft)
    for weight in with_attention(encoder, LinearAttention).parameters():
        weight.data.zero_()
    assert all(torch.equal(before[name], value) for name, value in encoder.state_dict().items())


def test_a_trained_encoder_does_not_survive_the_swap():
    split = shapes(train=10, calibration=10, test=10, validation=200).validation
    encoder = trained("shapes_encoder")
    assert accuracy(encoder, split) > 0.9 and accuracy(with_attention(encoder, LinearAttention), split) < 0.5


@pytest.mark.parametrize("layer", [0, 1])
def test_queries_and_keys_are_those_of_the_layer(layer):
    encoder, x = trained("shapes_encoder"), images(3)
    q, k = queries_and_keys(encoder, x, layer=layer)
    inner, seen = encoder.encoder.layers[layer], []
    with torch.no_grad():
        y = encoder.stem(x).flatten(2).transpose(1, 2) + encoder.places
        for earlier in encoder.encoder.layers[:layer]:
            y = earlier(y)
        seen = inner.norm1(y)
        weights = inner.self_attn(seen, seen, seen, average_attn_weights=False)[1]
        ours = (q @ k.transpose(-2, -1) / 4).softmax(-1)
    torch.testing.assert_close(ours, weights, rtol=1e-3, atol=1e-5)


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="layer must be 0 to 1, got 2"):
        queries_and_keys(EncoderClassifier(), torch.zeros(1, 3, 32, 32), layer=2)


@pytest.mark.parametrize("kind", KINDS)
def test_without_attention_no_token_hears_of_another(kind):
    with seeded(0):
        block, x = Block(8, 2, attention=kind).eval(), torch.rand(1, 5, 8)
    other = x.clone()
    other[0, 4] = x[0, 4].flip(-1)
    heard = not torch.allclose(block(x)[0, :4], block(other)[0, :4])
    assert heard == (kind is not NoAttention)


def test_softmax_and_linear_start_from_the_same_weights():
    models = []
    for kind in (SoftmaxAttention, LinearAttention):
        with seeded(3):
            models.append(TokenClassifier(tokens=8, numbers=8, attention=kind))
    for one, two in zip(*(model.parameters() for model in models), strict=True):
        assert torch.equal(one, two)
    x = torch.rand(2, 1, 8, 8)
    assert not torch.allclose(models[0](x), models[1](x))


@pytest.mark.parametrize("kind", KINDS)
def test_it_learns_digits(kind):
    data = digits(size=8)
    with seeded(0):
        model = TokenClassifier(tokens=8, numbers=8, attention=kind)
    model = fit(model, data.train, epochs=4, batch_size=50, learning_rate=0.01, progress=None)
    assert accuracy(model, data.validation) > 0.5


def test_the_blocks_attention_is_the_formula():
    block = Block(8, 1)
    x = torch.rand(2, 5, 8)
    q, k, v = block.attention.split(x)
    expected = block.attention.out(softmax_attention(q, k, v)[:, 0])
    torch.testing.assert_close(block.attention(x), expected)
    assert isinstance(block.attention.out, nn.Linear)
