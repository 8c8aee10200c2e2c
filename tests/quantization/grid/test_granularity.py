"""Granularity: groups and back, and every sharing of scales as brute force, torch and ONNX Runtime have it."""

import numpy as np
import pytest
import torch
from onnx import helper
from operator_runner import run_nodes, tensor

from edukit.quantization import choose_qparams, dequantize, fake_quantize, min_max, quantize
from edukit.quantization.grid.granularity import join_groups, split_groups

rng = np.random.default_rng(0)
MODES = [(symmetric, signed) for symmetric in (False, True) for signed in (False, True)]
SHARINGS = {"tensor": None, "channel": 0, "last axis": 1, "group of 8": 8, "group of 5, the last shorter": 5}
KEPT = {None: (), 0: (0,), 1: (1,), (0, 1): (0, 1)}


def shared(x, sharing):
    """What is quantized, and the axes that keep a range each."""
    if "group" in sharing:
        return split_groups(x, SHARINGS[sharing]), (0, 1)
    return x, SHARINGS[sharing]


@pytest.mark.parametrize("shape, axis", [((12,), 0), ((3, 12), 1), ((12, 5), 0), ((2, 12, 3), -2), ((4, 6, 2), -1)])
@pytest.mark.parametrize("size", [1, 2, 5, 12, 20])
def test_groups_are_the_slices_and_come_back(shape, axis, size):
    x = rng.normal(size=shape)
    groups = split_groups(x, size, axis)
    for i in range(groups.shape[axis % x.ndim]):
        piece = np.take(x, range(i * size, min((i + 1) * size, x.shape[axis])), axis)
        taken = np.take(np.take(groups, i, axis % x.ndim), range(piece.shape[axis]), axis)
        assert np.array_equal(taken, piece)
    assert np.array_equal(join_groups(groups, x.shape[axis], axis=axis), x)


def test_groups_that_fit_are_a_view_and_others_leave_x_alone():
    x = np.arange(12.0)
    assert np.shares_memory(split_groups(x, 4), x)
    split_groups(x, 5)[0, 0] = 99
    assert x.tolist() == list(range(12))
    w = torch.arange(12.0)
    assert split_groups(w, 3).data_ptr() == w.data_ptr() and split_groups(w, 5).shape == (3, 5)
    assert torch.equal(join_groups(split_groups(w, 5), 12), w)


@pytest.mark.parametrize("symmetric, signed", MODES)
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_the_zeros_that_fill_a_group_change_no_grid(symmetric, signed, bits):
    """All positive and all negative values: a range of [5, 6] would be [0, 6] anyway."""
    x = np.float32([[5, 6, 5.5, 5.2, 5.9], [-6, -5, -5.5, -5.1, -5.2]])
    g = choose_qparams(*min_max(split_groups(x, 3), (0, 1)), bits, symmetric=symmetric, signed=signed)
    alone = choose_qparams(*min_max(x[:, 3:], 0), bits, symmetric=symmetric, signed=signed)
    assert np.array_equal(g.scale[:, 1], alone.scale) and np.array_equal(g.zero_point[:, 1], alone.zero_point)


@pytest.mark.parametrize("symmetric, signed", MODES)
@pytest.mark.parametrize("sharing", SHARINGS)
def test_no_value_moves_by_more_than_half_its_own_step(sharing, symmetric, signed):
    x = (rng.normal(size=(6, 16)) * np.geomspace(0.01, 1, 6)[:, None]).astype(np.float32)
    values, axis = shared(x, sharing)
    g = choose_qparams(*min_max(values, axis), 4, symmetric=symmetric, signed=signed)
    assert (abs(values - fake_quantize(values, g)) <= g.scale * (0.5 + 2**-18)).all()  # two float32 roundings


def test_a_finer_sharing_never_has_a_larger_step():
    x = rng.normal(size=(6, 24)).astype(np.float32)
    steps = {
        s: choose_qparams(*min_max(*shared(x, s)), 4, symmetric=True).scale for s in ("tensor", "channel", "group of 8")
    }
    assert (steps["channel"] <= steps["tensor"]).all()
    assert (steps["group of 8"] <= steps["channel"][:, :, None]).all()


@pytest.mark.parametrize("symmetric, signed", MODES)
@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_equals_brute_force(sharing, symmetric, signed, bits):
    """Each scale, zero point and code by a loop in Python, from the formulas of the header and nothing else."""
    x = (rng.normal(size=(4, 12)) + rng.normal()).astype(np.float32)
    values, axis = shared(x, sharing)
    g = choose_qparams(*min_max(values, axis), bits, symmetric=symmetric, signed=signed)
    scale, zero = (np.broadcast_to(v, values.shape) for v in (g.scale, g.zero_point))
    codes = quantize(values, g)
    for at in np.ndindex(values.shape):
        part = values[tuple(at[i] if i in KEPT[axis] else slice(None) for i in range(values.ndim))]
        low, high = min(0.0, float(part.min())), max(0.0, float(part.max()))
        qmin, qmax = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        if symmetric:
            qmin = -qmax if signed else 1
            s, z = max(-low, high) / ((qmax - qmin) / 2), (qmax + qmin) // 2
        else:
            s = (high - low) / (qmax - qmin)
            z = min(max(round(qmin - low / s), qmin), qmax)
        assert scale[at] == pytest.approx(s, rel=1e-6) and zero[at] == z
        assert codes[at] == min(max(round(float(values[at] / scale[at])) + z, qmin), qmax)


@pytest.mark.parametrize("symmetric, signed", MODES)
@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_equals_torch_along_any_axis(bits, axis, symmetric, signed):
    """Torch multiplies by 1 / S where we divide by S: next to a tie the two may take different neighbours."""
    w = torch.from_numpy(rng.normal(size=(4, 5, 6)).astype(np.float32))
    g = choose_qparams(*min_max(w, axis), bits, symmetric=symmetric, signed=signed)
    flat = g.scale.flatten(), g.zero_point.flatten()
    theirs = torch.fake_quantize_per_channel_affine(w, *flat, axis, g.qmin, g.qmax)
    steps = (fake_quantize(w, g) - theirs).abs() / g.scale
    near_tie = ((w / g.scale).frac().abs() - 0.5).abs() < 1e-5
    assert (steps[~near_tie] < 1e-5).all() and near_tie.sum() < 5


KINDS = [f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 4, 2)]


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_equals_onnxruntime_bit_for_bit(kind, sharing, symmetric):
    """QuantizeLinear and DequantizeLinear per tensor, per axis and in blocks; the codes of 8 bits are compared too."""
    bits, signed = int(kind[-1]), kind[0] == "I"
    x = (rng.normal(size=(6, 16)) * np.geomspace(0.1, 1, 6)[:, None] + 0.1).astype(np.float32)
    values, axis = shared(x, sharing)
    g = choose_qparams(*min_max(values, axis), bits, symmetric=symmetric, signed=signed)
    x[::2] = ties(x[::2], values, g, axis)  # rows that lie between two codes
    values, _ = shared(x, sharing)
    where = {} if axis is None else {"axis": axis} if axis != (0, 1) else {"axis": 1, "block_size": SHARINGS[sharing]}
    scale, zero = (v.reshape(v.shape[:2]) if axis == (0, 1) else v.squeeze() for v in (g.scale, g.zero_point))
    nodes = [helper.make_node("QuantizeLinear", ["in_0", "in_1", "in_2"], ["out_0"], **where)]
    nodes += [helper.make_node("DequantizeLinear", ["out_0", "in_1", "in_2"], ["out_1"], **where)]
    if bits < 8:  # numpy has no such type: only the real values come back
        nodes[0].output[0] = nodes[1].input[0] = "codes"
        nodes[1].output[0] = "out_0"
    outputs = [kind, "FLOAT"] if bits == 8 else ["FLOAT"]
    *codes, real = _as_list(run_nodes(nodes, [x, scale, tensor(zero, kind)], outputs))
    ours = quantize(values, g), fake_quantize(values, g)
    assert np.array_equal(ours[1], dequantize(ours[0], g))
    ours = [join_groups(v, 16) for v in ours] if axis == (0, 1) else ours
    assert np.array_equal(ours[1], real)
    assert not codes or np.array_equal(ours[0], codes[0])


def ties(rows, values, g, axis):
    """Whole numbers of steps and a half, as far as float32 can say."""
    scale = np.broadcast_to(g.scale, values.shape)
    scale = (join_groups(scale, 16) if axis == (0, 1) else scale)[::2]
    return ((np.round(rows / scale) + np.float32(0.5)) * scale).astype(np.float32)


def _as_list(results):
    return results if isinstance(results, list) else [results]


@pytest.mark.parametrize("size", [0, -1, 2.0, True, "8"])
def test_a_size_below_one_is_refused(size):
    with pytest.raises(ValueError, match="size"):
        split_groups(np.zeros(4), size)


def test_axes_and_lengths_that_cannot_be_are_refused():
    for axis in (2, -3, 0.5):
        with pytest.raises(ValueError, match="axis"):
            split_groups(np.zeros((2, 4)), 2, axis)
    with pytest.raises(ValueError, match="axis"):
        join_groups(np.zeros((2, 4)), axis=1)
    for length in (4, 9, 5.0):
        with pytest.raises(ValueError, match="length must be 5 to 8"):
            join_groups(np.zeros((2, 4)), length)
    assert join_groups(split_groups(np.zeros((2, 0)), 4), 0).shape == (2, 0)


def test_mistake_one_channels_scale_for_all():
    """Per-channel quantization that returns the first channel's scale loses every channel but the first."""
    w = np.float32([[0.01, -0.02], [1, -2]])
    g = choose_qparams(*min_max(w, 0), 4, symmetric=True)
    assert g.scale.shape == (2, 1) and g.scale[1] == pytest.approx(100 * g.scale[0])
    assert fake_quantize(w, g)[:, 1] == pytest.approx(w[:, 1])
