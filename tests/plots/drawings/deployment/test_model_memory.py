"""The manager, drawn: what is in memory is what the exercise's own rule says, and the budget is never exceeded."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.deployment.manager.budget import loaded_after
from edukit.plots.drawings.deployment.model_memory import BUDGET, MODELS, REQUESTS, WIDE, ModelMemoryPlot, changes


@pytest.fixture(scope="module")
def plot():
    return ModelMemoryPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("seed", range(5))
def test_without_pins_the_drawing_follows_the_rule_of_the_exercise(seed):
    drawn = np.random.default_rng(seed)
    requests = "".join(drawn.choice(list(MODELS), 12))
    found = changes(requests)
    for i, change in enumerate(found):
        assert list(change.loaded) == loaded_after(requests[: i + 1], MODELS, BUDGET)
        assert sum(MODELS[name] for name in change.loaded) <= BUDGET


def test_what_is_pinned_never_goes_and_what_cannot_fit_pushes_nothing_out():
    found = changes(pinned=("a",))
    assert all("a" in change.loaded and "a" not in change.gone for change in found)
    refused = [change for change in found if change.word == "refused"]
    assert {change.name for change in refused} == {"d", "e"} and not any(change.gone for change in refused)


@pytest.mark.parametrize("pin", [False, True])
@pytest.mark.parametrize("request_", range(1, len(REQUESTS) + 1))
def test_the_memory_shows_each_loaded_model_as_wide_as_its_bytes(plot, request_, pin):
    said = plot.update(request_, pin)
    change = changes(pinned=("a",) if pin else ())[request_ - 1]
    shown = {name: chip.patch for name, chip in plot.chips.items() if chip.patch.get_visible()}
    assert set(shown) == set(change.loaded)
    widths = {name: patch.get_width() + 4 for name, patch in shown.items()}
    assert widths == {name: pytest.approx(MODELS[name] * WIDE / BUDGET) for name in shown}
    assert plot.arrow.head.get_visible() == (change.word == "loaded")
    assert said.startswith(f"Request {request_}, model {change.name}: ")


@pytest.mark.parametrize("number", [0, 9, 1.5])
def test_other_requests_are_refused(plot, number):
    with pytest.raises(ValueError, match="request must be a whole number"):
        plot.update(number, False)
