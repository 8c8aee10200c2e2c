"""The bundled networks: what their card says, and damage seen before anything is parsed."""

import re

import pytest
import torch
from damaged import damage

from edukit import bundled
from edukit.data import load
from edukit.experiments.networks import make_trained
from edukit.measure import count_parameters
from edukit.networks import trained
from edukit.networks import trained as trained_function
from edukit.networks.trained import NETWORKS, SEEDS
from edukit.training import accuracy

CARD = bundled.path("datasets/trained.md").read_text()
ROWS = dict(re.findall(r"^\| (\w+)\.safetensors \| [\d,]+ \| ([\d.]+)% \|", CARD, re.MULTILINE))


def test_the_card_names_every_file_with_its_bytes():
    files = {path.stem: path.stat().st_size for path in bundled.path("datasets/trained").glob("*.safetensors")}
    assert set(files) == set(ROWS) == {f"{name}_{seed}" for name in NETWORKS for seed in SEEDS}
    assert all(f"| {name}.safetensors | {size:,} |" in CARD for name, size in files.items())
    assert sum(files.values()) < 4_000_000


@pytest.mark.parametrize("name", NETWORKS)
def test_the_accuracies_on_the_card_hold(name):
    test = load(name.split("_")[0]).test
    for seed in SEEDS:
        # other processors sum in another order: an image on the edge may change sides
        assert 100 * accuracy(trained(name, seed), test) == pytest.approx(float(ROWS[f"{name}_{seed}"]), abs=0.25)


@pytest.mark.parametrize(
    ("name", "count"), [("shapes_residual", 308_826), ("shapes_encoder", 91_306), ("digits_residual", 77_858)]
)
def test_counts_and_precision(name, count):
    model = trained(name)
    assert count_parameters(model) == count and not model.training
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_each_call_gives_a_network_of_its_own_and_leaves_the_random_state_alone():
    state = torch.random.get_rng_state()
    one, two = trained("digits_residual"), trained("digits_residual")
    one.classifier.weight.data.zero_()
    assert two.classifier.weight.any() and torch.equal(state, torch.random.get_rng_state())


def test_a_damaged_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    damage("datasets/trained/digits_residual_0.safetensors", tmp_path, monkeypatch)
    with pytest.raises(ValueError, match="damaged"):
        trained_function("digits_residual")


@pytest.mark.parametrize(("name", "seed", "word"), [("resnet", 0, "name must be"), ("shapes_encoder", 3, "seed must")])
def test_unknown_names_and_seeds_are_refused(name, seed, word):
    with pytest.raises(ValueError, match=word):
        trained(name, seed)


def test_how_they_are_made(tmp_path):
    """The script itself, for one epoch: the file it writes holds what it measured."""
    data = load("digits")
    model = make_trained.make("digits_residual", data, 0, {"epochs": 1})
    row = make_trained.card_row(model, tmp_path / "net.safetensors", data.test)
    from safetensors.torch import load_file

    stored = load_file(tmp_path / "net.safetensors")
    assert all(torch.equal(stored[name].to(t.dtype), t) for name, t in model.state_dict().items())
    assert row.startswith("| net.safetensors |") and f"{100 * accuracy(model, data.test):.1f}%" in row
