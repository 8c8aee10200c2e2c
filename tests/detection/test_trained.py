"""The bundled detectors: what their card says, and damage seen before anything is parsed."""

import re

import pytest
import torch
from damaged import damage

from edukit import bundled
from edukit.data import scenes
from edukit.detection import detect, mean_average_precision, tiny_anchors, trained_detector
from edukit.detection.distill import answers_of
from edukit.detection.trained import SIZE_OF, with_weights
from edukit.measure import count_parameters

CARD = bundled.path("datasets/detectors.md").read_text()
ROWS = {
    name: row for name, *row in re.findall(r"^\| (\w+)\.safetensors \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \|", CARD, re.M)
}
TEST = scenes(train=1, calibration=1, validation=1).test


def test_the_card_names_every_file_with_its_bytes():
    files = {path.stem: path.stat().st_size for path in bundled.path("datasets/detectors").glob("*.safetensors")}
    assert files.keys() == ROWS.keys() >= {f"{name}_0" for name in SIZE_OF}
    assert all(f"{size:,}" == ROWS[name][1] for name, size in files.items())
    assert sum(files.values()) < 1_500_000


@pytest.mark.parametrize("file", [name for name in ROWS if name.endswith("_0")])
def test_the_averages_on_the_card_hold(file):
    name, seed = file.rsplit("_", 1)
    model = trained_detector(name, int(seed))
    assert f"{count_parameters(model):,}" == ROWS[file][0] and not model.training
    found = detect(answers_of(model, torch.as_tensor(TEST.x)), tiny_anchors(), (96, 96))
    # other processors sum in another order: an object on the edge may be found or lost
    assert mean_average_precision(found, TEST.truth, thresholds=0.5) == pytest.approx(float(ROWS[file][2]), abs=0.005)


def test_each_call_gives_a_detector_of_its_own_and_leaves_the_random_state_alone():
    state = torch.random.get_rng_state()
    one, two = trained_detector("pruned"), trained_detector("pruned")
    one.lateral[0][0].weight.data.zero_()
    assert two.lateral[0][0].weight.any() and torch.equal(state, torch.random.get_rng_state())
    assert {p.dtype for p in one.parameters()} == {torch.float32}


def test_layers_read_their_sizes_from_the_weights():
    small = trained_detector("pruned")
    again = with_weights("pruned", small.state_dict())
    x = torch.as_tensor(TEST.x[:2])
    assert all(torch.equal(a, b) for a, b in zip(small(x), again(x), strict=True))
    depthwise = small.class_head.depthwise[0]
    assert depthwise.groups == depthwise.in_channels == len(depthwise.weight)


def test_a_damaged_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    damage("datasets/detectors/student_0.safetensors", tmp_path, monkeypatch)
    with pytest.raises(ValueError, match="damaged"):
        trained_detector("student")


@pytest.mark.parametrize(
    ("name", "seed", "word"), [("huge", 0, "name must be"), ("student", 9, "seed must be one of 0")]
)
def test_unknown_names_and_seeds_are_refused(name, seed, word):
    with pytest.raises(ValueError, match=word):
        trained_detector(name, seed)
