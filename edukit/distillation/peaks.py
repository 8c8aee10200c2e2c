"""A teacher with two peaks, and a student that has only one: the two directions of the divergence end elsewhere.

    teacher  p ∝ a N(-d/2, 1) + (1 - a) N(d/2, 1)        student  q ∝ N(m, s)        both on a grid of places
    forward  min Σ p ln (p / q): q covers both peaks      reverse  min Σ q ln (q / p): q seeks one peak

A network with enough weights can say everything, and both directions then end at the teacher. A small one is the
student here: it must leave something out.

Symbols   a share of the left peak · d distance of the peaks, in widths of a peak · m mean, s width of the student
Shapes    places and probabilities (n,)
Bound     the forward student has the mean and the variance of the teacher, up to a step of the search
Assumes   all means and widths of a grid are tried, so that no minimum is missed and every machine finds the same one
Source    Gu et al. 2023 (MiniLLM), https://arxiv.org/abs/2306.08543, figure 2;
          Minka 2005, Divergence measures and message passing, MSR-TR-2005-173, figure 1
In production  the student is a language model, the places are all texts, and the reverse sum is estimated on texts that
          the student writes itself
"""

import numpy as np

from edukit.checked import checked
from edukit.refuse import check_number

PLACES = np.linspace(-20, 20, 401)  # far enough out that no peak is cut off
MEANS = np.linspace(-6, 6, 121)
WIDTHS = np.linspace(0.5, 6, 56)


@checked
def two_peaks(distance: float, share: float = 0.6) -> np.ndarray:
    """The teacher's probabilities at PLACES: a peak left of 0 with that share, and one right of 0 with the rest.

    distance   of the peaks, from 0 to 8 · share   from 0 to 1
    Raises ValueError for other values.

    >>> teacher = two_peaks(6)
    >>> round(float(teacher.sum()), 6), round(float(teacher[PLACES < 0].sum()), 2)
    (1.0, 0.6)
    """
    _check_between(distance, "distance", 0, 8)
    _check_between(share, "share", 0, 1)
    peaks = np.exp(log_peak(np.array([-distance / 2, distance / 2]), 1.0))
    return share * peaks[0] + (1 - share) * peaks[1]


def log_peak(mean, width) -> np.ndarray:
    """The logarithms of a peak's probabilities at PLACES: means and widths (…) -> (…, n).

    >>> round(float(np.exp(log_peak(0.0, 1.0)).sum()), 6)
    1.0
    """
    shape = -0.5 * ((PLACES - np.asarray(mean)[..., None]) / np.asarray(width)[..., None]) ** 2
    return shape - np.log(np.exp(shape).sum(-1, keepdims=True))


@checked
def one_peak(teacher: np.ndarray, *, reverse: bool = False) -> tuple[float, float]:
    """Mean and width of the single peak that is closest to the teacher's probabilities (n,) at PLACES.

    reverse   False: the smallest KL(teacher ‖ student); True: the smallest KL(student ‖ teacher)
    Raises ValueError for probabilities of another shape, below 0 or with another sum than 1.

    >>> teacher = two_peaks(6, 0.6)
    >>> [round(v, 1) for v in one_peak(teacher)], [round(v, 1) for v in one_peak(teacher, reverse=True)]
    ([-0.6, 3.1], [-3.0, 1.0])
    """
    if teacher.shape != PLACES.shape or not (teacher >= 0).all() or not np.isclose(teacher.sum(), 1):
        raise ValueError(f"teacher must be {len(PLACES)} probabilities that sum to 1, got shape {teacher.shape}")
    log_q = log_peak(*np.meshgrid(MEANS, WIDTHS, indexing="ij"))
    log_p = np.log(np.maximum(teacher, np.finfo(float).tiny))
    if reverse:
        divergence = (np.exp(log_q) * (log_q - log_p)).sum(-1)
    else:
        divergence = -(log_q @ teacher)  # the teacher's own part is the same for all students
    mean, width = np.unravel_index(divergence.argmin(), divergence.shape)
    return float(MEANS[mean]), float(WIDTHS[width])


def _check_between(value, name, least, most) -> None:
    check_number(value, name)
    if not least <= value <= most:
        raise ValueError(f"{name} must be {least} to {most}, got {value!r}")
