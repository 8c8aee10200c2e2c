"""The seal finds every flipped bit; writing leaves the old file, the new one, and nothing between."""

import onnx
import pytest

from edukit.deployment.files import seal

CONTENT = onnx.ModelProto(ir_version=10, producer_name="a model").SerializeToString()


def test_every_flipped_bit_is_found():
    sealed = seal.sealed(CONTENT)
    for bit in range(8 * len(sealed)):
        damaged = bytearray(sealed)
        damaged[bit // 8] ^= 1 << bit % 8
        in_key = b"edukit.sha256" not in damaged  # such a file counts as one from another exporter
        assert in_key or not seal.is_intact(bytes(damaged))


def test_onnx_reads_a_sealed_file_and_sees_the_checksum():
    model = onnx.load_from_string(seal.sealed(CONTENT))
    assert model.producer_name == "a model"
    assert [(entry.key, len(entry.value)) for entry in model.metadata_props] == [("edukit.sha256", 64)]


def test_a_file_without_a_seal_passes():
    assert seal.is_intact(CONTENT) and seal.is_intact(b"")


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old")
    monkeypatch.setattr(seal.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        seal.write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"] and path.read_bytes() == b"old"


def test_a_write_replaces_the_old_file(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old")
    assert seal.write_atomically(path, b"new").read_bytes() == b"new"
