"""Sealed files: every flipped bit is found, in every kind, and a write leaves the old file or the new one."""

import json
import os
import stat

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from torch import nn

from edukit.disk import sealed
from edukit.pruning import load_sparse, save_sparse
from edukit.pruning.weights.storage import FORMATS
from edukit.quantization.lowbit.binary import BinaryLinear, binarize, ternarize
from edukit.quantization.lowbit.binary_network import load_binary, save_binary
from edukit.quantization.lowbit.blocks import MXFP4, Block
from edukit.quantization.lowbit.codebook import SharedWeights
from edukit.quantization.lowbit.deep_compression import load_compressed, save_compressed
from edukit.quantization.lowbit.formats import INT4
from edukit.quantization.lowbit.packing import load_blocks, save_blocks

W = {"w": np.float32([[0, 2, 0, -3], [0, 0, 1, 5]])}
NET = nn.Linear(4, 3)


def signs(levels):
    """A layer of one bit or of two."""
    return BinaryLinear(4, 2, levels=levels)


KINDS = {format: (lambda path, format=format: save_sparse(W, format, path), load_sparse) for format in FORMATS}
KINDS |= {
    "INT4": (lambda path: save_blocks(W, Block(INT4, 4), path), lambda path: load_blocks(path, Block(INT4, 4))),
    "MXFP4": (lambda path: save_blocks(W, MXFP4, path), lambda path: load_blocks(path, MXFP4)),
    "binary": (lambda path: save_binary(signs(binarize), path), lambda path: load_binary(signs(binarize), path)),
    "ternary": (lambda path: save_binary(signs(ternarize), path), lambda path: load_binary(signs(ternarize), path)),
    "deep compression": (
        lambda path: save_compressed(SharedWeights(NET, 2), path),
        lambda path: load_compressed(NET, path),
    ),
}
EACH = pytest.mark.parametrize("kind", KINDS)


@EACH
def test_every_flipped_bit_and_every_cut_is_refused(kind, tmp_path):
    write, read = KINDS[kind]
    path = write(tmp_path / "net.safetensors")
    read(path)
    content = path.read_bytes()
    damaged = [content[:end] for end in range(len(content))] + [content + b"\0"]
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        damaged.append(bytes(flipped))
    for broken in damaged:
        path.write_bytes(broken)
        with pytest.raises(ValueError, match="net.safetensors"):
            read(path)


@EACH
def test_a_file_of_another_kind_is_refused(kind, tmp_path):
    _, read = KINDS[kind]
    for other, (write, _) in KINDS.items():
        path = write(tmp_path / other.replace(":", "_"))
        same = {kind, other} <= set(FORMATS)
        if other != kind and not same:
            with pytest.raises(ValueError, match="must"):
                read(path)
    for content in (b"", b"{}", save({"w": np.ones(3)}), save({"w": np.ones(3)}, {"edukit": "{}"})):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(ValueError, match="path must be a file of edukit"):
            read(tmp_path / "other")
    with pytest.raises(OSError):
        read(tmp_path / "missing")


@EACH
def test_a_place_that_takes_no_file_is_an_oserror(kind, tmp_path):
    write, _ = KINDS[kind]
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path, tmp_path / "missing" / "net", tmp_path / "file" / "net", tmp_path / ("n" * 300)):
        with pytest.raises(OSError):
            write(place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@EACH
def test_the_same_weights_are_the_same_bytes(kind, tmp_path):
    write, _ = KINDS[kind]
    torch.manual_seed(0)
    first = write(tmp_path / "one").read_bytes()
    torch.manual_seed(0)
    assert write(tmp_path / "two").read_bytes() == first


def test_a_forged_seal_does_not_hide_what_is_no_weights_file(tmp_path):
    about = json.dumps({"sha256": "0" * 64, "kind": "sparse"})
    for header in ({"__metadata__": {"edukit": about}, "w": {"dtype": "F32"}}, {"edukit": about}):
        text = json.dumps(header).encode()
        content = len(text).to_bytes(8, "little") + text
        digest = sealed.hashlib.sha256(content).hexdigest().encode()
        (tmp_path / "forged").write_bytes(content.replace(b"0" * 64, digest))
        with pytest.raises(ValueError, match="forged is no safetensors file of edukit"):
            load_sparse(tmp_path / "forged")


@pytest.mark.parametrize("view", [lambda w: w.T, lambda w: w[:, ::2], lambda w: w[::-1], np.asfortranarray])
@pytest.mark.parametrize("of", [np.asarray, torch.tensor])
@pytest.mark.parametrize("format", ["dense", "csr", "bitmask"])
def test_numbers_come_back_whatever_their_order_in_memory(format, of, view, tmp_path):
    w = view(np.arange(24, dtype=np.float32).reshape(4, 6))
    w = of(w.copy(order="K")) if of is torch.tensor else w
    assert (load_sparse(save_sparse({"w": w}, format, tmp_path / "w"))["w"] == np.asarray(w)).all()


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old")
    monkeypatch.setattr(sealed.os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        sealed.write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"] and path.read_bytes() == b"old"


def test_a_write_takes_away_what_a_killed_one_left(tmp_path):
    path, old = tmp_path / "a[1]*.onnx", tmp_path / ".a_1__.onnx.0123abcd.tmp"
    young, other = tmp_path / ".a_1__.onnx.0123abce.tmp", tmp_path / ".b.onnx.0123abcd.tmp"
    for left in (old, young, other):
        left.write_bytes(b"half")
    for left in (old, other):
        os.utime(left, (0, 0))
    assert sealed.write_atomically(path, b"new").read_bytes() == b"new"
    assert set(tmp_path.iterdir()) == {path, young, other}


@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_of_any_new_file_and_an_old_one_keeps_its_own(umask, mode, tmp_path):
    before = os.umask(umask)
    try:
        path = sealed.write_atomically(tmp_path / "new", b"1")
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o640)
        assert stat.S_IMODE(sealed.write_atomically(path, b"2").stat().st_mode) == 0o640
    finally:
        os.umask(before)


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" / "file")
    sealed.write_atomically(link, b"new")
    assert link.is_symlink() and (tmp_path / "real" / "file").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["with space", "ünï.bin", "new\nline", "'quotes\"", "n" * 250, "語" * 80])
def test_odd_names_are_written(name, tmp_path):
    assert sealed.write_atomically(tmp_path / name, b"x").read_bytes() == b"x"
    assert len(list(tmp_path.iterdir())) == 1
