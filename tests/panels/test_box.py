"""A box carries its view, what remains without it, and what Colab wants to be told."""

import sys
from types import ModuleType, SimpleNamespace

import anywidget
import ipywidgets as widgets
import pytest

from edukit.panels import Prediction
from edukit.panels.box import VIEW, Box
from edukit.panels.quantization import staircase

SHOWN = {
    "a panel": staircase,
    "a prediction": lambda: Prediction("How many?", low=0, high=9),
    "what it reveals": lambda: Prediction("How many?", low=0, high=9).reveal(staircase(), 4),
}


@pytest.fixture
def colab(monkeypatch):
    """As much of google.colab as anywidget and edukit ask; its list of calls."""
    calls = []
    output = ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda: calls.append("enabled")
    output._widgets = SimpleNamespace(_installed_url="https://colab.example/manager.js")
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    return calls


def data_and_metadata(box):
    """As ipywidgets 8 and 7 hand them to IPython."""
    return box._repr_mimebundle_(include=None, exclude=None)


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_colab_is_told_as_anywidget_tells_it(make, colab):
    told = anywidget.AnyWidget()._repr_mimebundle_()[1]
    data, metadata = data_and_metadata(make())
    assert (
        metadata[VIEW]
        == told[VIEW]
        == {"colab": {"custom_widget_manager": {"url": "https://colab.example/manager.js"}}}
    )
    assert colab and data["text/plain"]


@pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)
def test_elsewhere_nothing_is_told(make):
    box = make()
    data, metadata = data_and_metadata(box)
    assert VIEW not in metadata
    remains, _ = box.remains()
    assert {type for type in data if type != VIEW} == set(remains)


def test_colab_without_its_manager_is_told_nothing(colab):
    sys.modules["google.colab.output"]._widgets._installed_url = None
    assert data_and_metadata(staircase())[1].keys() == {"image/png"}


def test_the_view_is_the_one_that_ipywidgets_gives():
    class Words(Box):
        def remains(self):
            return {"text/plain": "words"}, {}

    box = Words([widgets.Label("one")])
    data, metadata = data_and_metadata(box)
    if hasattr(widgets.VBox, "_repr_mimebundle_"):
        assert data.get(VIEW) == widgets.VBox._repr_mimebundle_(box)[VIEW]
    assert data["text/plain"] == "words" and metadata == {}
