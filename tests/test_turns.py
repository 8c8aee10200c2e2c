"""Several threads at once get what they would get one after the other."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from edukit.deployment import export
from edukit.distillation import Hints, distill
from edukit.measure import count_macs
from edukit.pruning import shrink, shrink_to_macs
from edukit.pruning.channels.importance import activity_scores, taylor_scores
from edukit.pruning.channels.work import macs_by_weight
from edukit.quantization import diagnose, fold_batchnorm, prepare_qat, quantize_dynamic, quantize_model, sensitivity
from edukit.training import fit, predict
from edukit.turns import Bar, Turns

GENERATOR = torch.Generator().manual_seed(17)
X, Y = torch.rand(16, 3, 8, 8, generator=GENERATOR), torch.randint(4, (16,), generator=GENERATOR)
SPLIT = SimpleNamespace(x=X, y=Y)


def network(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        body = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.3), nn.Flatten()
        return nn.Sequential(*body, nn.Linear(288, 4)).eval()


NETS = [network(seed) for seed in range(8)]
CONVERSIONS = {
    "quantize_model": lambda net, _: quantize_model(net, X),
    "quantize_dynamic": lambda net, _: quantize_dynamic(net, example=X),
    "prepare_qat": lambda net, _: prepare_qat(net, X),
    "fold_batchnorm": lambda net, _: fold_batchnorm(net),
    "shrink": lambda net, _: shrink(net, X, 0.5),
    "shrink_to_macs": lambda net, _: shrink_to_macs(net, X, 0.6),
    "fit": lambda net, seed: fit(net, SPLIT, epochs=2, batch_size=4, seed=seed, progress=None),
    "distill": lambda net, seed: distill(net, NETS[0], SPLIT, epochs=1, batch_size=4, seed=seed, progress=None),
}


def all_at_once(function, count=8):
    """function(i) for i from 0 to count - 1, each in its thread."""
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(function, range(count)))


def numbers(model):
    return [tensor for tensor in model.state_dict().values() if isinstance(tensor, torch.Tensor)]


def test_eight_threads_convert_and_train_as_one_does():
    kinds = list(CONVERSIONS)

    def convert(i):
        return numbers(CONVERSIONS[kinds[i]](NETS[i], i))

    alone = [convert(i) for i in range(8)]
    for kind, expected, found in zip(kinds, alone, all_at_once(convert), strict=True):
        assert all(map(torch.equal, expected, found)), kind


@pytest.mark.parametrize("kind", ["quantize_model", "shrink", "fit"])
def test_eight_threads_with_one_task_get_what_one_gets(kind):
    alone = [numbers(CONVERSIONS[kind](NETS[i], i)) for i in range(8)]
    together = all_at_once(lambda i: numbers(CONVERSIONS[kind](NETS[i], i)))
    assert all(
        torch.equal(a, b) for one, other in zip(alone, together, strict=True) for a, b in zip(one, other, strict=True)
    )


def test_threads_write_the_files_that_one_writes(tmp_path):
    alone = [export(NETS[i], X, tmp_path / f"{i}.onnx").read_bytes() for i in range(3)]
    assert all_at_once(lambda i: export(NETS[i], X, tmp_path / f"{i}.onnx").read_bytes(), count=3) == alone


def test_one_model_asked_by_eight_threads_answers_alike_and_keeps_its_mode():
    net = network(0).train()
    expected = predict(net, X)
    answers = all_at_once(lambda _: [predict(net, X) for _ in range(20)])
    assert all(torch.equal(answer, expected) for each in answers for answer in each)
    assert all(module.training for module in net.modules())


def test_macs_are_the_same_beside_other_threads():
    assert set(all_at_once(lambda i: count_macs(NETS[i], (3, 8, 8)))) == {count_macs(NETS[0], (3, 8, 8))}


def test_who_waits_is_next():
    turns, order, started = Turns(), [], threading.Event()

    def wait():
        started.set()
        with turns:
            order.append("waited")

    other = threading.Thread(target=wait)
    with turns:
        other.start()
        started.wait()
        time.sleep(0.2)  # until it stands behind the lock
    with turns:
        order.append("came back")
    other.join()
    assert order == ["waited", "came back"]


def test_an_error_ends_a_turn():
    turns = Turns()
    with pytest.raises(KeyError), turns:
        raise KeyError
    assert turns.depth == 0


def test_a_bar_inside_another_one_shows_nothing_and_a_later_one_does(capsys):
    for _ in Bar(range(2), desc="outer"):
        assert list(Bar("ab", desc="inner")) == ["a", "b"]
    told = capsys.readouterr().err
    assert "outer" in told and "inner" not in told and "\n" not in told
    assert list(Bar([1], desc="later")) == [1]
    told = capsys.readouterr().err
    assert "later" in told and told.split("\r")[-2].strip() == ""  # it takes itself away


def test_a_bar_that_was_left_early_does_not_hide_the_next(capsys):
    with pytest.raises(KeyError), Bar(total=2, desc="first"):
        raise KeyError
    list(Bar([1], desc="next"))
    assert "next" in capsys.readouterr().err


@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu", torch.bfloat16)])
@pytest.mark.parametrize("kind", ["quantize_model", "prepare_qat", "shrink_to_macs", "fit", "distill"])
def test_what_the_caller_told_torch_changes_no_result(kind, around):
    expected = numbers(CONVERSIONS[kind](NETS[1], 1))
    with around():
        found = numbers(CONVERSIONS[kind](NETS[1], 1))
    assert all(map(torch.equal, expected, found))
    assert not any(tensor.is_inference() for tensor in found)


def answer_of(model):
    return float(model(X).sum())


def taught_with_hints():
    hints = Hints({"2": "2"})
    return numbers(distill(NETS[1], NETS[0], SPLIT, epochs=1, batch_size=4, hints=hints, progress=None))


MEASUREMENTS = {
    "distill with hints": taught_with_hints,
    "taylor_scores": lambda: taylor_scores(NETS[1], SPLIT),
    "activity_scores": lambda: activity_scores(NETS[1], X),
    "sensitivity": lambda: sensitivity(NETS[1], X, answer_of, bits=[2]),
    "diagnose": lambda: diagnose(NETS[1], X, answer_of, quick=True).scores,
    "macs_by_weight": lambda: macs_by_weight(NETS[1], X),
}


@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu", torch.bfloat16)])
@pytest.mark.parametrize("kind", MEASUREMENTS)
def test_what_the_caller_told_torch_changes_no_measurement(kind, around):
    expected = tree_leaves(MEASUREMENTS[kind]())
    with around():
        found = tree_leaves(MEASUREMENTS[kind]())
    assert expected and all(map(torch.equal, map(torch.as_tensor, expected), map(torch.as_tensor, found)))


def test_data_that_were_made_in_inference_mode_serve_a_training():
    with torch.inference_mode():
        x, y = X.clone(), Y.clone()
        macs = count_macs(NETS[0], x)
    trained = fit(NETS[0], (x, y), epochs=1, batch_size=4, progress=None)
    assert all(map(torch.equal, numbers(trained), numbers(fit(NETS[0], SPLIT, epochs=1, batch_size=4, progress=None))))
    assert macs == count_macs(NETS[0], X) > 0
    scores = taylor_scores(NETS[0], (x, y))
    assert all(torch.equal(score, scores[name]) for name, score in taylor_scores(NETS[0], SPLIT).items())
