"""The panel without a browser: move a control, read the description, see that the picture moved."""

from functools import partial
from io import BytesIO

import ipywidgets as widgets
import numpy as np
import pytest
from PIL import Image

from edukit.panels import Panel
from edukit.panels.slider import Slider


class Dot:
    """The least plot: one point."""

    def __init__(self, fig, name="dot"):
        self.name = name
        axes = fig.subplots()
        axes.set_ylim(0, 10)
        self.point = axes.plot([0, 1], [0, 1], "o")[0]

    def update(self, height, sure):
        self.point.set_ydata([0, height])
        return f'<{self.name}> at "{height}" & {sure}'


def pixels(panel):
    return np.asarray(Image.open(BytesIO(panel._png)).convert("RGB")).astype(int)


def test_a_control_moves_the_picture_and_its_description():
    panel = Panel(Dot, height=(0, 9, 5), sure=True)
    before, alt = pixels(panel), panel.description
    panel.controls["height"].value = 2
    assert (alt, panel.description) == ('<dot> at "5" & True', '<dot> at "2" & True')
    assert (pixels(panel) != before).any()


def test_the_layout_stays_when_artists_move():
    panel = Panel(Dot, height=(0, 9, 5), sure=True)
    axes = panel._picture.axes[0]
    before = axes.get_position().bounds
    axes.set_ylim(0, 1_000_000)
    panel.controls["height"].value = 9
    assert axes.get_position().bounds == before


def test_the_alt_text_is_escaped():
    html = Panel(Dot, height=(0, 9, 5), sure=True)._image.value
    said = "&lt;dot&gt; at &quot;5&quot; &amp; True"
    assert f'<img alt="{said}" ' in html and f">{said}</figcaption>" in html and "<dot>" not in html


def test_without_a_kernel_the_picture_and_its_description_remain():
    panel = Panel(partial(Dot, name="point"), height=(0, 9), sure=False)
    bundle, metadata = panel._repr_mimebundle_()
    assert bundle["text/plain"] == metadata["image/png"]["alt"] == '<point> at "9" & False'
    assert bundle["image/png"].startswith("iVBOR")


def test_the_still_shows_its_point_and_the_controls_start_elsewhere():
    panel = Panel(Dot, height=(0, 9, 5), sure=True, still={"height": 2})
    before = pixels(panel)
    bundle, _ = panel._repr_mimebundle_()
    assert bundle["text/plain"] == '<dot> at "2" & True'
    assert panel.description == '<dot> at "5" & True'
    panel._show()
    assert (pixels(panel) == before).all()


@pytest.mark.parametrize(
    ("still", "said"),
    [
        ({"depth": 2}, "still must name controls, height, sure; got depth"),
        ({"height": 10}, "still has a value that height cannot take, 10"),
        ({"sure": "yes"}, "still has a value that sure cannot take, 'yes'"),
    ],
)
def test_a_still_that_the_controls_cannot_take_is_refused(still, said):
    with pytest.raises(ValueError, match=said):
        Panel(Dot, height=(0, 9), sure=True, still=still)


@pytest.mark.parametrize(
    ("spec", "kind", "value"),
    [
        ((0, 9), Slider, 9),
        ((0, 9, 4), Slider, 4),
        ((0.5, 3.5, 3.0), Slider, 3.0),
        ((0, 1.0), Slider, 1.0),
        (["one", "two"], widgets.ToggleButtons, "one"),
        (True, widgets.Checkbox, True),
    ],
)
def test_a_spec_becomes_a_control(spec, kind, value):
    control = Panel(Dot, height=(1, 2), sure=spec).controls["sure"]
    assert isinstance(control, kind) and control.value == value and type(control.value) is type(value)


def test_a_slider_has_the_name_and_the_range_of_its_control():
    slider = Panel(Dot, height=(0.5, 3.5, 3.0), sure=True).controls["height"]
    assert (slider.description, slider.min, slider.max, slider.step) == ("height", 0.5, 3.5, 0.1)
    assert Panel(Dot, height=(0.5, 3.5, 3.0, 0.5), sure=True).controls["height"].step == 0.5


@pytest.mark.parametrize(
    "spec",
    [
        (9, 0),
        (1, 1),
        (0, 9, 10),
        (0,),
        (0, 1, 2, 3),
        (0, 2, 1, 0),
        (0, 2, 1, 1, 1),
        ("a", "b"),
        (0, np.inf),
        (0, np.nan),
        (True, 5),
        [],
        5,
        None,
    ],
)
def test_a_wrong_spec_is_refused_by_its_name(spec):
    with pytest.raises(ValueError, match="height must be .low, high"):
        Panel(Dot, height=spec, sure=True)


@pytest.mark.parametrize("controls", [{"height": (0, 9)}, {"height": (0, 9), "sure": True, "wild": True}])
def test_controls_must_be_those_of_the_plot(controls):
    with pytest.raises(ValueError, match="controls must be those of the plot, height, sure; got height"):
        Panel(Dot, **controls)


def test_a_plot_without_update_is_refused():
    with pytest.raises(TypeError, match="plot must be a class with an update method"):
        Panel(print, bits=(2, 8))
