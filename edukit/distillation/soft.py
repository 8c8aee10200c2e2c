"""Soft labels: what a teacher says about every class, and how strongly they pull the student.

    p = softmax(z / T)              p_i / p_j = (e^(z_i - z_j))^(1 / T): the temperature takes roots of all ratios
    ∂ T² KL(p ‖ q) / ∂ z_student = T (q - p) / B                     without T²: (q - p) / (B T)

Symbols   z logits · T temperature · p the teacher's soft labels, q the student's · B rows of the batch
Shapes    logits (B, classes) -> the same
Bound     each row of p sums to 1, the largest logit stays the largest; each row of the gradient sums to 0
          for large T: T (q - p) -> (z_student - z_teacher) / classes, less their means: T² keeps the size
Source    Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 2
In production  torch.softmax(logits / T, dim=-1); autograd finds the gradient
"""

import numpy as np

from edukit.refuse import check_array, check_positive


def soft_labels(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """The softmax of logits (B, classes) over T, row by row; ValueError for a temperature that is not above 0.

    >>> soft_labels(np.log([[256, 16, 1, 1]]), 4).round(3).tolist()
    [[0.5, 0.25, 0.125, 0.125]]
    """
    check_array(logits, "logits")
    check_positive(temperature, "temperature")
    powers = np.exp((logits - logits.max(-1, keepdims=True)) / temperature)  # no power of e is above 1
    return powers / powers.sum(-1, keepdims=True)


def soft_gradient(student_logits: np.ndarray, teacher_logits: np.ndarray, temperature: float = 3.0) -> np.ndarray:
    """The gradient of `kd_loss` without labels with respect to the student's logits, (B, classes).

    >>> soft_gradient(np.zeros((1, 4)), np.log([[256, 16, 1, 1]]), 4).tolist()
    [[-1.0, 0.0, 0.5, 0.5]]
    """
    if np.shape(student_logits) != np.shape(teacher_logits):
        shapes = f"{np.shape(student_logits)} and {np.shape(teacher_logits)}"
        raise ValueError(f"student_logits and teacher_logits must have one shape, got {shapes}")
    difference = soft_labels(student_logits, temperature) - soft_labels(teacher_logits, temperature)
    return temperature * difference / len(difference)
