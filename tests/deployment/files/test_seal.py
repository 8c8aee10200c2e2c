"""The seal finds every flipped bit, also its own."""

import onnx
import pytest

from edukit.deployment.files import seal

CONTENT = onnx.ModelProto(ir_version=10, producer_name="a model").SerializeToString()


def test_every_flipped_bit_is_found():
    sealed = seal.sealed(CONTENT)
    for bit in range(8 * len(sealed)):
        damaged = bytearray(sealed)
        damaged[bit // 8] ^= 1 << bit % 8
        assert not seal.is_intact(bytes(damaged))


def test_onnx_reads_a_sealed_file_and_sees_the_checksum():
    model = onnx.load_from_string(seal.sealed(CONTENT))
    assert model.producer_name == "a model"
    assert [(entry.key, len(entry.value)) for entry in model.metadata_props] == [("edukit.sha256", 64)]


def test_a_file_without_a_seal_passes():
    assert seal.is_intact(CONTENT) and seal.is_intact(b"")


@pytest.mark.parametrize("behind", [seal.sealed(b"")[:7], b"\x72\x06\x0a\x01a\x12\x01b", b"\0"])
def test_what_stands_behind_a_seal_was_not_sealed(behind):
    """A tool that appends metadata to a damaged file must not hide the damage."""
    sealed = seal.sealed(CONTENT)
    for content in (sealed, b"\x09" + sealed[1:]):
        assert not seal.is_intact(content + behind)
