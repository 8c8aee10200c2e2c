"""Number formats: every pattern and every rounding as torch's own casts, the published levels, and the bound."""

import ml_dtypes
import numpy as np
import pytest
import torch

from edukit.quantization.lowbit.formats import (
    BF16,
    FP4_E2M1,
    FP8_E4M3,
    FP8_E5M2,
    FP16,
    FP32,
    INT2,
    INT4,
    INT8,
    NF4,
    FloatFormat,
    IntFormat,
    NormalFloat,
)

TORCH = {
    "FP16": (FP16, torch.float16, torch.uint16),
    "BF16": (BF16, torch.bfloat16, torch.uint16),
    "E4M3": (FP8_E4M3, torch.float8_e4m3fn, torch.uint8),
    "E5M2": (FP8_E5M2, torch.float8_e5m2, torch.uint8),
}
OF_TORCH = pytest.mark.parametrize(("ours", "dtype", "raw"), TORCH.values(), ids=TORCH)
SMALL = {"INT8": INT8, "INT4": INT4, "INT2": INT2, "E4M3": FP8_E4M3, "E5M2": FP8_E5M2, "E2M1": FP4_E2M1, "NF4": NF4}
ALL = pytest.mark.parametrize("ours", SMALL.values(), ids=SMALL)
QLORA = [  # Dettmers et al. 2023, appendix E
    *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334),
    *(-0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
    *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
]


def nasty(ours) -> np.ndarray:
    """Random bit patterns of float32; all levels; the ties between two of them, and their neighbours; the ends."""
    random = np.random.default_rng(0).integers(0, 2**32, 200_000, np.uint64).astype(np.uint32).view(np.float32)
    levels = ours.levels.astype(np.float64)
    ties = ((levels[1:] + levels[:-1]) / 2).astype(np.float32)
    around = [np.nextafter(ties, np.float32(side)) for side in (-np.inf, np.inf)]
    with np.errstate(over="ignore"):
        over = (ours.largest + ours.step_at(ours.largest) * np.array([0.49, 0.5, 0.51, 1, 2, 9])).astype(np.float32)
    ends = np.float32([0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3e38, ours.smallest_subnormal / 2])
    return np.concatenate([random, ours.levels, ties, *around, over, -over, ends])


@OF_TORCH
def test_every_pattern_decodes_as_torch_reads_it(ours, dtype, raw):
    patterns = np.arange(2**ours.bits).astype(np.uint8 if ours.bits == 8 else np.uint16)
    theirs = torch.from_numpy(patterns).view(dtype).float().numpy()
    assert np.array_equal(ours.decode(patterns), theirs, equal_nan=True)
    assert np.array_equal(np.signbit(ours.decode(patterns)), np.signbit(theirs))  # -0 is not 0


@OF_TORCH
def test_every_rounding_is_torchs_bit_for_bit(ours, dtype, raw):
    """Ties, subnormals, overflow, -0 and infinity. A NaN is a NaN; in FP8 its bits are equal as well."""
    x = nasty(ours)
    theirs = torch.from_numpy(x).to(dtype).view(raw).numpy()
    number = ~np.isnan(x)
    assert np.array_equal(ours.encode(x)[number], theirs[number])
    assert np.isnan(ours.decode(ours.encode(x[~number]))).all()
    if ours.bits == 8:
        assert np.array_equal(ours.encode(x[~number]), theirs[~number])


def test_overflow_saturates_where_there_is_no_infinity():
    over = np.float32([500, -1e30, np.inf])
    assert FP8_E4M3.round(over).tolist() == [448, -448, 448]
    assert FP4_E2M1.round(over).tolist() == [6, -6, 6]
    assert FP8_E5M2.round(np.float32([61439, 61440, -1e9])).tolist() == [57344, np.inf, -np.inf]


def test_fp4_as_another_library_rounds_it():
    x = np.concatenate([nasty(FP4_E2M1)[200_000:], np.random.default_rng(1).normal(0, 3, 50_000).astype(np.float32)])
    x = x[np.isfinite(x)]
    assert np.array_equal(FP4_E2M1.encode(x), x.astype(ml_dtypes.float4_e2m1fn).view(np.uint8))
    assert FP4_E2M1.levels[7:].tolist() == [0, 0.5, 1, 1.5, 2, 3, 4, 6]


@ALL
def test_what_is_stored_is_the_nearest_level(ours):
    """The definition itself, by trying every level."""
    x = np.random.default_rng(2).normal(0, ours.reach / 3, 2000).clip(-ours.reach, ours.reach).astype(np.float32)
    distances = np.abs(x[:, None].astype(np.float64) - ours.levels)
    stored = ours.round(x)
    assert np.array_equal(np.abs(x.astype(np.float64) - stored), distances.min(1))


@ALL
def test_a_level_is_stored_exactly_and_decode_undoes_encode(ours):
    assert np.array_equal(ours.round(ours.levels), ours.levels)
    codes = ours.encode(ours.levels)
    assert len(np.unique(codes)) == len(ours.levels)
    assert codes.dtype == np.uint8 and codes.max() < 2**ours.bits


@pytest.mark.parametrize("ours", [FP32, FP16, BF16, FP8_E4M3, FP8_E5M2], ids=["FP32", "FP16", "BF16", "E4M3", "E5M2"])
def test_the_error_is_at_most_half_a_step_and_relative(ours):
    x = np.exp(np.random.default_rng(3).uniform(np.log(ours.smallest_normal), np.log(ours.largest * 0.99), 10_000))
    error = np.abs(x - ours.round(x))
    assert (error <= ours.step_at(x) / 2).all() and (error <= x * 2.0 ** -(ours.mantissa_bits + 1)).all()


def test_published_ranges():
    """INT8 [-128, 127], INT4 [-8, 7], FP16 ±65504, BF16 ±3.389e38; FP8 as in Micikevicius et al."""
    assert [(f.levels[0], f.levels[-1], len(f.levels)) for f in (INT8, INT4, INT2)] == [
        (-128, 127, 256),
        (-8, 7, 16),
        (-2, 1, 4),
    ]
    assert FP16.largest == 65504 and f"{BF16.largest:.4g}" == "3.39e+38" and f"{BF16.largest:.7g}" == "3.389531e+38"
    assert (FP8_E4M3.largest, FP8_E4M3.smallest_normal, FP8_E4M3.smallest_subnormal) == (448, 2**-6, 2**-9)
    assert (FP8_E5M2.largest, FP8_E5M2.smallest_normal, FP8_E5M2.smallest_subnormal) == (57344, 2**-14, 2**-16)
    for ours, dtype, _ in TORCH.values():
        about = torch.finfo(dtype)
        assert (ours.largest, ours.smallest_normal, ours.step_at(1.0)) == (about.max, about.tiny, about.eps)


def test_nf4_levels_are_the_published_ones():
    """Derived from the quantiles; the published ones took their probabilities in float32, hence 2e-7."""
    np.testing.assert_allclose(NF4.levels, QLORA, rtol=0, atol=2e-7)
    assert NF4.levels[7] == 0 and NF4.decode(np.array([0, 15])).tolist() == [-1, 1]


def test_levels_of_a_normal_float_are_used_about_equally_often():
    """By definition, but for the coarse ends: the same share of a normal distribution between any two levels."""
    from statistics import NormalDist

    for bits in (3, 4, 5):
        scale = NormalDist().inv_cdf(1 - (1 / (2**bits - 1) + 1 / 2**bits) / 4)
        shares = np.diff([NormalDist().cdf(scale * level) for level in NormalFloat(bits).levels])
        half = 2 ** (bits - 1) - 1
        assert np.ptp(shares[:half]) < 1e-7 and np.ptp(shares[half:]) < 1e-7
        assert shares[0] / shares[-1] == pytest.approx(2 ** (bits - 1) / (2 ** (bits - 1) - 1), abs=1e-5)


def test_one_exponent_bit_is_an_integer_format():
    levels = FloatFormat(1, 2, "none").levels
    assert np.array_equal(levels, np.arange(-7, 8) / 2)


def test_torch_in_torch_out_and_the_input_stays():
    x = torch.tensor([2.6, -9.0], requires_grad=True)
    assert torch.equal(INT4.round(x), torch.tensor([3.0, -8.0])) and x.tolist() == [2.5999999046325684, -9.0]
    assert torch.equal(FP8_E4M3.round(x.detach()), x.detach().to(torch.float8_e4m3fn).float())


@ALL
def test_edges(ours):
    assert ours.round(np.zeros((0, 3), np.float32)).shape == (0, 3)
    assert (
        ours.round(np.float32(0)) == 0
        and ours.round(np.full((2, 2), ours.reach * 9)).max() == ours.levels[-1]
        or (ours is FP8_E5M2)
    )


@pytest.mark.parametrize("ours", [INT8, INT4, NF4, FP4_E2M1])
def test_nan_has_no_pattern(ours):
    with pytest.raises(ValueError, match="NaN"):
        ours.encode(np.float32([1, np.nan]))


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: IntFormat(1), "bits"),
        (lambda: NormalFloat(4.0), "bits"),
        (lambda: FloatFormat(0, 3), "exponent_bits"),
        (lambda: FloatFormat(4, 24), "mantissa_bits"),
        (lambda: FloatFormat(4, 3, "fn"), "special"),
        (lambda: INT4.decode(np.array([16])), "0 to 15"),
        (lambda: FP16.decode(np.array([-1])), "0 to 65535"),
        (lambda: FP16.decode(np.array([1.0])), "patterns"),
        (lambda: FP32.levels, "16 bits"),
    ],
)
def test_bad_input_is_named(make, word):
    with pytest.raises(ValueError, match=word):
        make()
