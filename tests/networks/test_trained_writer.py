"""The bundled writers: what their card says, and damage seen before anything is parsed."""

import re

import pytest
import torch

from edukit import bundled
from edukit.data import digits
from edukit.experiments.networks import make_writers
from edukit.networks import trained_writer as room
from edukit.networks.trained_writer import KV_HEADS, SEEDS, trained_writer
from edukit.networks.writer import as_tokens, bits_per_token

CARD = bundled.path("datasets/writers.md").read_text()
ROWS = dict(re.findall(r"^\| (\w+)\.safetensors \| [\d,]+ \| ([\d.]+) \|", CARD, re.MULTILINE))
TEST = as_tokens(digits().test.x)


def test_the_card_names_every_file_with_its_bytes():
    files = {path.stem: path.stat().st_size for path in bundled.path("datasets/writers").glob("*.safetensors")}
    assert set(files) == set(ROWS) == {f"writer_{kept}_{seed}" for kept in KV_HEADS for seed in SEEDS}
    assert all(f"| {name}.safetensors | {size:,} |" in CARD for name, size in files.items())
    assert sum(files.values()) < 1_000_000


@pytest.mark.parametrize("kv_heads", KV_HEADS)
def test_the_bits_on_the_card_hold(kv_heads):
    for seed in SEEDS:
        bits = bits_per_token(trained_writer(kv_heads, seed), TEST)
        assert bits == pytest.approx(float(ROWS[f"writer_{kv_heads}_{seed}"]), abs=0.005)


def test_each_call_gives_a_model_of_its_own_and_leaves_the_random_state_alone():
    state = torch.random.get_rng_state()
    one, two = trained_writer(1), trained_writer(1)
    one.out.weight.data.zero_()
    assert two.out.weight.any() and torch.equal(state, torch.random.get_rng_state())
    assert not one.training and one.attentions[0].key.weight.shape == (12, 48)


def test_what_is_not_bundled_is_refused():
    with pytest.raises(ValueError, match="kv_heads must be one of 4, 2, 1, got 3"):
        trained_writer(3)
    with pytest.raises(ValueError, match="seed must be one of 0, 1, 2, got 9"):
        trained_writer(4, 9)


def test_a_damaged_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    content = bytearray(bundled.path("datasets/writers/writer_4_0.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    real = bundled.path
    monkeypatch.setattr(
        room.bundled, "path", lambda p: tmp_path / "damaged" if p.endswith("_4_0.safetensors") else real(p)
    )
    with pytest.raises(ValueError, match="damaged"):
        trained_writer(4, 0)


def test_the_command_that_made_them_still_works(tmp_path):
    model = make_writers.make(1, 0, digits(), epochs=1, progress=None)
    row = make_writers.card_row(model, tmp_path / "writer_1_0.safetensors", TEST[:20])
    assert row.startswith("| writer_1_0.safetensors | 74,684 | ")
    assert float(row.split("|")[3]) < 4.09
