"""A box of widgets, and what remains of it where no kernel runs.

    display(box) ─> its view, for a front end with widgets  +  what `remains()`: a picture, HTML, words

Google Colab draws widgets that are not its own, as the slider is, only if the output's metadata names its manager of
such widgets; a box that holds one has to say so as well.

Source    anywidget, which does the same for each of its widgets, https://github.com/manzt/anywidget/issues/63
"""

import sys

import ipywidgets as widgets
from IPython.display import display

VIEW = "application/vnd.jupyter.widget-view+json"


class Box(widgets.VBox):
    """Widgets one below the other; a class of its own says what remains of them without a kernel."""

    def remains(self) -> tuple[dict, dict]:
        """What stays in the page: data by type, and metadata by type."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = self.remains()
        if self.model_id is None:  # no front end listens
            return data, metadata
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {VIEW: view, **data}, {**colab_metadata(), **metadata}

    if (
        int(widgets.__version__.split(".")[0]) < 8
    ):  # Colab's: IPython asks for this first, and ipywidgets' has no picture

        def _ipython_display_(self, **kwargs):
            data, metadata = self._repr_mimebundle_()
            display(data, metadata=metadata, raw=True)


def colab_metadata() -> dict:
    """What Colab has to be told of a widget that is not its own; nothing elsewhere.

    >>> colab_metadata()
    {}
    """
    output = sys.modules.get("google.colab.output")
    if output is None:
        return {}
    output.enable_custom_widget_manager()
    url = output._widgets._installed_url
    return {VIEW: {"colab": {"custom_widget_manager": {"url": url}}}} if url else {}
