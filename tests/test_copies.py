"""Copies hold no tensor that has a history, and what computed a weight is replaced by the weight."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from edukit.copies import copied, has_code_of_its_own, with_stored_weights
from edukit.deployment import export, load
from edukit.measure import count_macs
from edukit.pruning import prune_model, shrink, shrink_to_macs
from edukit.quantization import fold_batchnorm, quantize_dynamic, quantize_model

X = torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(3))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))


def pruned_twice(net):
    prune.l1_unstructured(net[0], "weight", amount=0.5)
    prune.ln_structured(net[0], "weight", amount=0.25, n=2, dim=0)
    prune.random_unstructured(net[4], "bias", amount=1)


def pruned_everywhere(net):
    chosen = [(net[0], "weight"), (net[4], "weight")]
    prune.global_unstructured(chosen, prune.L1Unstructured, amount=0.5)


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")
@pytest.mark.parametrize(
    "change",
    [
        lambda net: prune.l1_unstructured(net[0], "weight", amount=0.5),
        pruned_twice,
        pruned_everywhere,
        lambda net: weight_norm(net[0]),
        lambda net: spectral_norm(net[4]),
        lambda net: parametrizations.weight_norm(net[0]),
        lambda net: parametrizations.spectral_norm(net[0]),
        lambda net: parametrizations.orthogonal(net[4]),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_computed_weights_are_stored_with_the_values_they_have_in_evaluation_mode(change, training):
    net = network()
    names = {name for name, _ in net.named_parameters()}
    change(net)
    net.train(training)
    before = copy.deepcopy(net.state_dict())
    plain = with_stored_weights(net)
    assert {name for name, _ in plain.named_parameters()} == names
    assert all(module.training is training for module in plain.modules())
    assert [type(layer) for layer in plain] == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.Flatten, nn.Linear]
    expected = copied(net).eval()(X)
    assert torch.equal(plain.eval()(X), expected)
    with torch.no_grad():
        plain[0].weight.zero_()
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert torch.equal(copied(net).eval()(X), expected)  # torch's own removal would have changed the caller's class


def test_tensors_that_a_forward_pass_left_are_copied_without_their_history():
    class Remembers(nn.Linear):
        def forward(self, x):
            self.last, self.all = super().forward(x), [{"first": x * self.weight.sum()}]
            return self.last

    layer = Remembers(2, 2)
    layer(torch.ones(3, 2))
    again = copied(layer)
    assert torch.equal(again.last, layer.last) and again.last is not layer.last and again.last.is_leaf
    assert torch.equal(again.all[0]["first"], layer.all[0]["first"])
    assert layer.last.requires_grad and again.weight.requires_grad


def test_a_tied_weight_stays_tied():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    plain = with_stored_weights(net)
    assert plain[0].weight is plain[1].weight is not net[0].weight


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")
@pytest.mark.parametrize("change", [pruned_everywhere, lambda net: (weight_norm(net[0]), weight_norm(net[4]))])
def test_every_technique_takes_a_model_whose_weights_hooks_compute(change, tmp_path):
    net, computed = network().eval(), network().eval()
    change(computed)
    with torch.no_grad():
        net[0].weight.copy_(computed[0].weight)
        net[4].weight.copy_(computed[4].weight)
    for technique in (
        lambda model: quantize_model(model, X),
        quantize_dynamic,
        lambda model: quantize_dynamic(model, example=X),
        fold_batchnorm,
        lambda model: prune_model(model, 0.75),
        lambda model: shrink(model, X, 0.5),
        lambda model: shrink_to_macs(model, X, 0.5),
    ):
        torch.testing.assert_close(technique(computed)(X), technique(net)(X), rtol=0, atol=1e-5)
    assert count_macs(computed, (3, 8, 8)) == count_macs(net, (3, 8, 8))
    answers = load(export(computed, X, tmp_path / "model.onnx"))(X.numpy())
    torch.testing.assert_close(torch.as_tensor(answers), net(X).detach(), rtol=0, atol=1e-5)


def test_weights_that_torch_parametrizes_are_folded_pruned_and_quantized():
    net = network().eval()
    parametrizations.weight_norm(net[0])
    expected = copied(net)(X)
    torch.testing.assert_close(fold_batchnorm(net)(X), expected, rtol=0, atol=1e-5)
    assert float((prune_model(net, 0.5)[0].weight == 0).float().mean()) == 0.5
    assert [layer.precision for layer in quantize_model(net, X).report] == ["int8", "int8"]


def test_hooks_and_a_forward_of_its_own_are_code_that_no_class_shows():
    plain, hooked, patched = (nn.Linear(2, 2) for _ in range(3))
    hooked.register_forward_pre_hook(lambda module, inputs: None)
    patched.forward = lambda x: x
    assert [has_code_of_its_own(layer) for layer in (plain, hooked, patched)] == [False, True, True]
