"""The benchmark compares like with like. It asserts no time: a busy neighbour is not our fault."""

import warnings

import torch

from edukit.experiments.quantization import quantize_speed as speed


def test_both_sides_compute_the_same(monkeypatch):
    monkeypatch.setattr(speed, "SHAPE", (7, 30))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: call() for name, call in speed.contestants().items()}
    assert set(found) == {name for pair in speed.PAIRS.items() for name in pair}
    assert torch.equal(found["choose and quantize"], found["torch.quantize_per_channel"].int_repr().int())
    torch.testing.assert_close(*(found[name] for name in list(speed.PAIRS.items())[1]), rtol=0, atol=1e-6)


def test_it_prints_every_ratio(monkeypatch, capsys):
    monkeypatch.setattr(speed, "SHAPE", (7, 30))
    monkeypatch.setattr(speed, "resnet18", lambda: torch.nn.Linear(8, 4))
    monkeypatch.setattr(speed, "small_net", lambda: torch.nn.Conv2d(3, 2, 3))
    speed.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and all("times" in line for line in lines[:2])
    names = "error_sweep of ResNet-18, 3 sharings", "gptq of 56 parameters", "adaround of 56 parameters"
    assert [line.split(":")[0] for line in lines[2:]] == list(names)
