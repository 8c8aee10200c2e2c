"""The training loop: repeatable, harmless to its arguments, and equal to one written out by hand."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from edukit.training import Recipe, accuracy, fit, one_cycle, seeded

GENERATOR = np.random.default_rng(0)
Y = GENERATOR.integers(0, 3, 65)
X = (np.eye(3)[Y] @ GENERATOR.normal(size=(3, 4)) + 0.1 * GENERATOR.normal(size=(65, 4))).astype(np.float32)
SPLIT = SimpleNamespace(x=X, y=Y)


def small_net(seed=0):
    with seeded(seed):
        return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


def equal(a, b):
    return all(torch.equal(p, q) for p, q in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def quiet(model, split=SPLIT, **options):
    return fit(model, split, **{"epochs": 2, "progress": None, **options})


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    torch.rand(7)  # whatever the caller drew before
    once, again = quiet(small_net(), seed=3), quiet(small_net(), seed=3)
    assert equal(once, again)
    assert not equal(once, quiet(small_net(), seed=4))
    assert equal(small_net(1), small_net(1)) and not equal(small_net(1), small_net(2))


def test_the_callers_model_data_and_random_state_do_not_change():
    model, x, y = small_net().train(), X.copy(), Y.copy()
    before, state = copy.deepcopy(model), torch.get_rng_state()
    trained = quiet(model)
    assert equal(model, before) and model.training
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(x, X) and np.array_equal(y, Y)
    assert not trained.training and not equal(trained, before)


def test_training_learns():
    assert accuracy(small_net(), SPLIT) < 0.7
    assert accuracy(quiet(small_net(), epochs=20), SPLIT) == 1


def test_the_learning_rate_rises_to_its_peak_and_falls_to_zero():
    shares = np.array([one_cycle(t) for t in np.linspace(0, 1, 1001)])
    assert shares.max() == one_cycle(0.25) == 1 and shares[-1] == pytest.approx(0)
    assert np.abs(np.diff(shares)).max() < 0.004  # no jump: the steepest slope is 3.6, over steps of 1/1000
    assert (np.diff(shares[:250]) > 0).all() and (np.diff(shares[250:]) < 0).all()


def test_each_row_comes_once_an_epoch_and_no_batch_is_tiny():
    seen = []

    def loss(model, x, y):
        seen.append(x)
        return model(x).square().mean()

    quiet(small_net(), epochs=3, batch_size=32, loss=loss)  # 65 rows: 32 + 32 + 1 would break batch norm
    assert [len(batch) for batch in seen] == 3 * [22, 22, 21]
    for epoch in (seen[:3], seen[3:6], seen[6:]):
        assert np.array_equal(np.unique(torch.cat(epoch).numpy(), axis=0), np.unique(X, axis=0))
    assert not torch.equal(seen[0], seen[3])


def test_two_steps_equal_torch_by_hand():
    model = nn.Linear(4, 3)
    trained = quiet(model, epochs=2, batch_size=65, learning_rate=0.1, weight_decay=0.5)
    oracle = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(oracle.parameters(), weight_decay=0.5)
    for share_done in (1 / 4, 3 / 4):  # the middle of each of two steps
        optimizer.param_groups[0]["lr"] = 0.1 * one_cycle(share_done)
        optimizer.zero_grad()
        nn.functional.cross_entropy(oracle(torch.tensor(X)), torch.tensor(Y)).backward()
        optimizer.step()
    # AdamW's steps have the size of the learning rate; the order of the rows changes sums by float32's 1e-7
    assert torch.allclose(trained.weight, oracle.weight, atol=1e-5)
    assert torch.allclose(trained.bias, oracle.bias, atol=1e-5)


def test_a_convolution_comes_back_in_the_usual_memory_layout():
    images = SimpleNamespace(x=np.ones((8, 3, 5, 5), np.float32), y=np.zeros(8, np.int64))
    trained = quiet(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.LazyLinear(2)).eval(), images)
    assert trained[0].weight.is_contiguous()


def test_frozen_weights_stay_frozen():
    model = small_net()
    model[0].weight.requires_grad_(False)
    trained = quiet(model)
    assert torch.equal(trained[0].weight, model[0].weight) and not torch.equal(trained[4].weight, model[4].weight)
    with pytest.raises(ValueError, match="requires_grad"):
        quiet(model.requires_grad_(False))


def test_an_interrupt_leaves_everything_as_it_was():
    model, state = small_net(), torch.get_rng_state()

    def interrupted(model, x, y):
        nn.init.zeros_(model[0].weight)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quiet(model, loss=interrupted)
    assert equal(model, small_net()) and torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    "options, hint",
    [
        ({"epochs": 0}, "epochs must be"),
        ({"epochs": 1.5}, "epochs must be"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"learning_rate": 0}, "learning_rate must be"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"weight_decay": -1}, "weight_decay must be"),
        ({"split": SimpleNamespace(x=X[:0], y=Y[:0])}, "got 0 rows"),
        ({"split": SimpleNamespace(x=X, y=Y[:-1])}, "64 labels"),
        ({"split": SimpleNamespace(x=np.where(X > 1, np.nan, X).astype(np.float32), y=Y)}, "split.x must be finite"),
        ({"split": SimpleNamespace(x=X, y=Y + 1)}, "0 to 2"),
        ({"split": SimpleNamespace(x=X, y=Y - 1)}, "0 to 2"),
        ({"split": SimpleNamespace(x=X, y=Y / 2)}, "whole numbers"),
        ({"split": SimpleNamespace(x=X[:, :3], y=Y)}, r"model does not take rows of split.x, \(3,\)"),
        ({"loss": lambda model, x, y: model(x).sum() * float("nan")}, "the loss became nan"),
    ],
)
def test_bad_input_is_refused_by_name(options, hint):
    with pytest.raises(ValueError, match=hint):
        quiet(small_net(), **options)


def test_a_broken_model_is_refused():
    model = small_net()
    nn.init.constant_(model[4].bias, float("nan"))
    with pytest.raises(ValueError, match="model answers"):
        quiet(model)


def test_an_unknown_option_is_refused_by_name():
    with pytest.raises(TypeError, match="learnign_rate"):
        quiet(small_net(), learnign_rate=0.1)
    assert Recipe().progress == "training"


def test_the_progress_bar_keeps_off_stdout_and_can_be_silent(capsys):
    quiet(small_net(), progress="fine-tuning")
    out, err = capsys.readouterr()
    assert out == "" and "fine-tuning" in err and "loss=" in err
    quiet(small_net())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, None, "0", True])
def test_a_seed_that_cannot_be_is_refused(seed):
    with pytest.raises(ValueError, match="^seed must be a whole number"), seeded(seed):
        pass
    with pytest.raises(ValueError, match="^seed must be a whole number"):
        fit(nn.Linear(1, 1), None, epochs=1, seed=seed)
