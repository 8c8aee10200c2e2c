"""Integer arithmetic: what the chip computes when a layer is quantized, step by step, in numpy.

    acc = Σ (q_x - Z_x) (q_w - Z_w) + b            int32, exact
    q_y = clip(rint(acc · M) + Z_y, qmin, qmax)    M = S_x S_w / S_y, one float32 per output channel

Symbols   q_x, q_w, q_y codes of input, weight, output · S scales · Z zero points · b bias codes at scale S_x S_w
Shapes    linear: q_x (…, in), q_w (out, in), b (out,)
          conv:   q_x (B, C, H, W), q_w (out, C / groups, kh, kw), b (out,); in 1 and 3 dimensions alike
Error     none: equal to ONNX Runtime's MatMulInteger, ConvInteger, QLinearMatMul, QLinearConv and QGemm bit for bit
          (asserted in the tests)
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 2.2
In production  the same sum in SIMD instructions (VNNI, SDOT); M as an integer times a power of two where
               the chip has no float unit (fixed_point.py)
"""

import math

import numpy as np

from edukit.checked import checked
from edukit.quantization.grid.affine import QParams, check_grids
from edukit.refuse import as_array, check_whole, shown


@checked
def integer_linear(q_x, q_w, bias, x_qparams: QParams, w_qparams: QParams, y_qparams: QParams) -> np.ndarray:
    """Output codes of a linear layer from codes alone, int32.

    bias   int32 codes at scale S_x S_w, or None

    >>> unit = QParams(np.float32(1), np.int32(0), -128, 127)
    >>> integer_linear(np.array([[1, 2]]), np.array([[3, 4]]), np.array([5]), unit, unit, unit).tolist()
    [[16]]
    """
    check_grids(x_qparams=x_qparams, w_qparams=w_qparams, y_qparams=y_qparams)
    accumulator = accumulate_linear(q_x, q_w, x_qparams.zero_point, w_qparams.zero_point)
    if bias is not None:
        accumulator = accumulator + _checked_bias(bias, accumulator.shape[-1])
    return requantize(accumulator, x_qparams, w_qparams, y_qparams, axis=-1)


@checked
def integer_conv2d(
    q_x,
    q_w,
    bias,
    x_qparams: QParams,
    w_qparams: QParams,
    y_qparams: QParams,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
) -> np.ndarray:
    """Output codes of a 2-d convolution from codes alone, int32; the border is padded with the code of zero, Z_x.

    padding   rows around the picture, or "same" or "valid", as torch says it

    >>> unit = QParams(np.float32(1), np.int32(0), -128, 127)
    >>> ones = np.ones((1, 1, 3, 3), int)
    >>> integer_conv2d(ones, ones, None, unit, unit, unit, padding=1)[0, 0].tolist()
    [[4, 6, 4], [6, 9, 6], [4, 6, 4]]
    """
    check_grids(x_qparams=x_qparams, w_qparams=w_qparams, y_qparams=y_qparams)
    geometry = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    accumulator = accumulate_conv2d(q_x, q_w, x_qparams.zero_point, w_qparams.zero_point, **geometry)
    return _with_bias(accumulator, bias, x_qparams, w_qparams, y_qparams)


def integer_conv(q_x, q_w, bias, x_qparams, w_qparams, y_qparams, **geometry) -> np.ndarray:
    """The same in 1, 2 or 3 dimensions, as many as the weight has behind its first two axes.

    >>> unit = QParams(np.float32(1), np.int32(0), -128, 127)
    >>> integer_conv(np.array([[[1, 2, 3]]]), np.array([[[1, 1]]]), None, unit, unit, unit).tolist()
    [[[3, 5]]]
    """
    check_grids(x_qparams=x_qparams, w_qparams=w_qparams, y_qparams=y_qparams)
    accumulator = _accumulate_conv(q_x, q_w, x_qparams.zero_point, w_qparams.zero_point, **geometry)
    return _with_bias(accumulator, bias, x_qparams, w_qparams, y_qparams)


def accumulate_linear(q_x, q_w, x_zero_point=0, w_zero_point=0) -> np.ndarray:
    """The sums of a linear layer before they are scaled, int32: Σ (q_x - Z_x) (q_w - Z_w).

    >>> accumulate_linear(np.array([[10, 30]]), np.array([[2, -1]]), x_zero_point=20)
    array([[-30]], dtype=int32)
    """
    q_x, q_w = checked_codes(q_x, "q_x"), checked_codes(q_w, "q_w")
    if q_w.ndim != 2 or q_x.ndim < 1 or q_x.shape[-1] != q_w.shape[1]:
        raise ValueError(f"q_x (…, in) and q_w (out, in) do not fit: got {q_x.shape} and {q_w.shape}")
    return _int32(_above(q_x, x_zero_point) @ _above(q_w, w_zero_point).T)


def accumulate_conv2d(
    q_x, q_w, x_zero_point=0, w_zero_point=0, *, stride=1, padding=0, dilation=1, groups=1
) -> np.ndarray:
    """The sums of a 2-d convolution before they are scaled, int32.

    >>> accumulate_conv2d(np.full((1, 1, 2, 2), 21), np.ones((1, 1, 2, 2), int), x_zero_point=20).tolist()
    [[[[4]]]]
    """
    check_whole(groups, "groups", 1, 2**20)
    q_x, q_w = checked_codes(q_x, "q_x"), checked_codes(q_w, "q_w")
    if q_x.ndim != 4 or q_w.ndim != 4:
        raise ValueError(f"q_x (B, C, H, W) and q_w (out, C / {groups}, kh, kw) do not fit: {_shapes(q_x, q_w)}")
    geometry = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    return _accumulate_conv(q_x, q_w, x_zero_point, w_zero_point, **geometry)


def _accumulate_conv(q_x, q_w, x_zero_point, w_zero_point, *, stride=1, padding=0, dilation=1, groups=1):
    q_x, q_w = checked_codes(q_x, "q_x"), checked_codes(q_w, "q_w")
    if q_x.ndim != q_w.ndim or q_x.shape[1] != q_w.shape[1] * groups or q_w.shape[0] % groups:
        raise ValueError(f"q_x (B, C, H, W) and q_w (out, C / {groups}, kh, kw) do not fit: {_shapes(q_x, q_w)}")
    windows = _windows(_above(q_x, x_zero_point), q_w.shape[2:], stride, padding, dilation)
    B, C = q_x.shape[:2]
    places = windows.shape[2 : q_x.ndim]
    N = math.prod(places)
    rows = windows.reshape(B, groups, C // groups, N, -1).transpose(0, 1, 3, 2, 4).reshape(B, groups, N, -1)
    columns = _above(q_w, w_zero_point).reshape(groups, len(q_w) // groups, -1).swapaxes(1, 2)
    return _int32(rows @ columns).swapaxes(2, 3).reshape(B, len(q_w), *places)  # a matrix product for each group


def requantize(accumulator, x_qparams: QParams, w_qparams: QParams, y_qparams: QParams, axis: int = -1) -> np.ndarray:
    """int32 accumulators at scale S_x S_w to output codes at scale S_y; channels lie along `axis`."""
    check_grids(x_qparams=x_qparams, w_qparams=w_qparams, y_qparams=y_qparams)
    accumulator = checked_codes(accumulator, "accumulator")
    multiplier = np.float32(x_qparams.scale) * np.float32(w_qparams.scale).ravel() / np.float32(y_qparams.scale)
    shape = np.ones(accumulator.ndim, int)
    if multiplier.size > 1:
        shape[axis] = multiplier.size
    scaled = np.rint(accumulator.astype(np.float32) * multiplier.reshape(shape))  # rint: ties to even
    q = np.clip(scaled + np.float32(y_qparams.zero_point), y_qparams.qmin, y_qparams.qmax)
    return q.astype(np.int32)


def _with_bias(accumulator, bias, x_qparams, w_qparams, y_qparams):
    if bias is not None:
        bias = _checked_bias(bias, accumulator.shape[1])
        accumulator = accumulator + bias.reshape(-1, *[1] * (accumulator.ndim - 2))
    return requantize(accumulator, x_qparams, w_qparams, y_qparams, axis=1)


def _checked_bias(bias, channels) -> np.ndarray:
    bias = checked_codes(bias, "bias")
    if bias.size not in (1, channels):
        raise ValueError(f"bias must hold one number, or one for each of {channels} channels, got {bias.size}")
    return bias


def _shapes(q_x, q_w) -> str:
    return f"{np.shape(q_x)}, {np.shape(q_w)}"


def _windows(x, kernel, stride, padding, dilation):
    """Every window that the kernel sees: (B, C, H_out, W_out, kh, kw)."""
    stride = _each_axis(stride, "stride", len(kernel), 1)
    dilation = _each_axis(dilation, "dilation", len(kernel), 1)
    spans = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    x = np.pad(x, [(0, 0), (0, 0), *_borders(padding, spans)])  # Z_x is subtracted already, so its code is 0 here
    windows = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(2, x.ndim)))
    return windows[:, :, *(slice(None, None, step) for step in (*stride, *dilation))]


def _borders(padding, spans) -> list[tuple[int, int]]:
    """Rows before and behind each axis; for "same", which keeps the size, the odd one of them stands behind."""
    if padding == "same":
        return [((span - 1) // 2, span // 2) for span in spans]
    return [(p, p) for p in _each_axis(0 if padding == "valid" else padding, "padding", len(spans), 0)]


def _each_axis(value, name, axes, least) -> list[int]:
    """A whole number for each axis of the image, from one for all or one for each."""
    values = list(value) if isinstance(value, tuple | list) else [value] * axes
    if len(values) not in (1, axes):
        raise ValueError(f"{name} must be a whole number, or one for each of {axes} axes, got {shown(value)}")
    return [check_whole(one, name, least, 2**20) for one in values * (axes // len(values))]


def _above(q, zero_point):
    """Codes counted from the code of zero, as float64; a zero point for each channel lies along axis 0.

    Float64 holds every whole number below 2^53, so the fast matrix product of floats is exact here.
    """
    zero = np.asarray(zero_point)
    return (q - (zero.reshape(-1, *[1] * (q.ndim - 1)) if zero.size > 1 else zero.reshape(()))).astype(np.float64)


def _int32(sums):
    """As a register of 32 bits holds them: sums beyond it wrap (saturation.py)."""
    return sums.astype(np.int64).astype(np.int32)


def checked_codes(q, name: str) -> np.ndarray:
    """Codes as int32; a TypeError that names the argument unless they are whole numbers."""
    q = as_array(q, name)
    if q.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integer codes, got {q.dtype}")
    return q.astype(np.int32)
