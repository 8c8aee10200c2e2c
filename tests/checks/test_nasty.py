"""Answers that are right for plain questions and wrong for one that somebody will ask: each was accepted once."""

import importlib
import math

import numpy as np
import pytest
from torch.nn import functional as F

from edukit.quantization import QParams


def places(w, going):
    return np.argsort(np.abs(w), axis=None, kind="stable")[:going]


def copy_in_the_order_of_memory(w, sparsity):
    copy = np.copy(w)
    copy.ravel()[places(w, round(sparsity * w.size))] = 0
    return copy


def mask_in_the_order_of_memory(w, sparsity):
    mask = np.ones_like(w, bool)
    mask.ravel()[places(w, round(sparsity * w.size))] = False
    return mask


def mask_with_halves_up(w, sparsity):
    mask = np.ones(w.size, bool)
    mask[places(w, int(sparsity * w.size + 0.5))] = False
    return mask.reshape(w.shape)


def mask_in_float32(w, sparsity):
    mask = np.ones(w.size, bool)
    mask[places(w.astype(np.float32), round(sparsity * w.size))] = False
    return mask.reshape(w.shape)


def steps_with_halves_up(w, sparsities):
    ends = [0, *(int(sparsity * len(w) + 0.5) for sparsity in sparsities)]
    return [places(w, end)[start:].tolist() for start, end in zip(ends, ends[1:], strict=False)]


def a_tenth_of_a_point_is_nothing(sizes, accuracies, points):
    good = [i for i, accuracy in enumerate(accuracies) if max(accuracies) - accuracy <= points + 0.01]
    return min(good, key=lambda i: (sizes[i], -accuracies[i]))


def smallest_scale(low, high, bits):
    low, high = min(low, 0), max(high, 0)
    scale = max((high - low) / (2**bits - 1), 1e-8)
    qmin = -(2 ** (bits - 1))
    return QParams(scale, round(qmin - low / scale), qmin, -qmin - 1)


def starts_at_a_range_of_zeros(old, x, momentum, training):
    new = np.array([x.min(), x.max()])
    if not training:
        return old
    return momentum * old + (1 - momentum) * new if np.nan_to_num(old).any() else new


def one_byte_at_least(codes):
    nibbles = np.append(codes & 15, [0] * (len(codes) % 2 or 2 * (len(codes) == 0))).astype(np.uint8)
    return nibbles[::2] | nibbles[1::2] << 4


def fours_in_one_decimal(w):
    order = np.argsort(np.abs(w).reshape(-1, 4).round(1), axis=1, kind="stable")
    mask = np.ones(order.shape, bool)
    np.put_along_axis(mask, order[:, :2], False, axis=1)
    return mask.reshape(w.shape)


def labels_without_a_gradient(student, teacher, labels, temperature, alpha):
    log_q, p = F.log_softmax(student / temperature, 1), F.softmax(teacher / temperature, 1)
    soft = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    return alpha * soft + (1 - alpha) * F.cross_entropy(student.detach(), labels)


def hint_in_float16(student, teacher, adapter):
    difference = np.einsum("dc,bchw->bdhw", adapter, student) - teacher
    return (difference.astype(np.float16) ** 2).mean()


def front_above_an_accuracy_of_0(sizes, accuracies):
    front, best = [], 0
    for i in sorted(range(len(sizes)), key=lambda i: (sizes[i], -accuracies[i])):
        equal = front and (sizes[i], accuracies[i]) == (sizes[front[-1]], best)
        if accuracies[i] > best or equal:
            front, best = [*front, i], accuracies[i]
    return front


def front_with_a_tolerance(sizes, accuracies):
    def beats(j, i):
        no_worse = sizes[j] <= sizes[i] and accuracies[j] >= accuracies[i] - 5e-4
        return no_worse and (sizes[j] < sizes[i] or accuracies[j] > accuracies[i])

    return [i for i in range(len(sizes)) if not any(beats(j, i) for j in range(len(sizes)))]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("tour.pruned_copy", copy_in_the_order_of_memory),
        ("tour.smallest_within", a_tenth_of_a_point_is_nothing),
        ("pruning.magnitude_mask", mask_in_the_order_of_memory),
        ("pruning.magnitude_mask", mask_with_halves_up),
        ("pruning.magnitude_mask", mask_in_float32),
        ("pruning.in_steps", steps_with_halves_up),
        ("pruning.two_four_mask", fours_in_one_decimal),
        ("quantization.choose_qparams", smallest_scale),
        ("quantization.moving_range", starts_at_a_range_of_zeros),
        ("quantization.pack_int4", one_byte_at_least),
        ("distillation.kd_loss", labels_without_a_gradient),
        ("distillation.hint_loss", hint_in_float16),
        ("benchmark.pareto_front", front_above_an_accuracy_of_0),
        ("benchmark.pareto_front", front_with_a_tolerance),
        ("benchmark.within_points", lambda before, after, points: round(100 * (before - after), 2) <= points),
        ("benchmark.within_points", lambda before, after, points: 100 * (before - after) <= points + 0.005),
        ("benchmark.speedup", lambda b, a, warmup: float(np.median(np.divide(b, a)[warmup or 1 :]))),
        ("quantization.channel_scales", lambda w, bits: np.full((len(w), *[1] * (w.ndim - 1)), math.inf)),
    ],
)
def test_it_is_refused_in_one_line(name, answer):
    topic, _, short = name.partition(".")
    verdict = getattr(importlib.import_module(f"edukit.checks.{topic}"), short)(answer)
    assert not verdict and verdict.line.startswith("✗ ") and "\n" not in verdict.line
