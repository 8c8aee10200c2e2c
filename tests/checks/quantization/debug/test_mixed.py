"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import numpy as np

from edukit.checks import quantization as check
from edukit.quantization import allocate_bits


def learner_errors(x, weights, stored):
    """With einsum, a list of inputs first, and numpy's norms."""
    inputs = [np.asarray(x, np.float64)]
    for w in weights[:-1]:
        inputs.append(np.clip(np.einsum("ni,oi->no", inputs[-1], w), 0, None))
    pairs = [(v @ w.T, v @ q.T) for v, w, q in zip(inputs, weights, stored, strict=True)]
    return tuple(float(np.linalg.norm(a - b) ** 2 / np.linalg.norm(a) ** 2) for a, b in pairs)


def learner_bits(errors, shapes, bits, budget):
    """By the package's own exact method instead of every combination."""
    costs = {i: dict(zip(bits, row, strict=True)) for i, row in enumerate(errors)}
    return np.array(list(allocate_bits(costs, dict(enumerate(shapes)), budget).values()))


def test_other_right_ways_to_write_it_pass():
    assert check.layer_errors(lambda *a: list(learner_errors(*a))), check.layer_errors(learner_errors)
    assert check.cheapest_bits(lambda *a: learner_bits(*a).tolist())


def test_a_mistake_is_recognised_in_other_clothes():
    """Per-"layer" errors that only compare final outputs."""

    def final(x, weights, stored):
        def run(ws):
            h = x
            for i, w in enumerate(ws):
                h = h @ w.T if i == len(ws) - 1 else (h @ w.T).clip(0)
            return h

        y = run(weights)
        hats = [
            run([q if i == j else w for j, (w, q) in enumerate(zip(weights, stored, strict=True))])
            for i in range(len(weights))
        ]
        return [float(((y - hat) ** 2).sum() / (y**2).sum()) for hat in hats]

    assert "what comes out at the very end" in check.layer_errors(final).line
    over = check.cheapest_bits(lambda errors, shapes, bits, budget: [bits[-1]] * len(shapes))
    assert "most bits for every layer" in over.line
