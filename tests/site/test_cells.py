"""Cells and outputs: what is shown, what is folded, and what a check said is not shown."""

import pytest

from edukit.site.cells import cell_html
from edukit.site.words import Page

PICTURE = {"image/png": "aGk=\n", "text/plain": "Half of it."}


def shown(source, *outputs):
    return cell_html({"cell_type": "code", "source": [source], "outputs": list(outputs)}, Page())


def result(data, **metadata):
    return {"output_type": "execute_result", "data": data, "metadata": metadata}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": [text]}


def test_code_and_text_are_escaped():
    html = shown("a < b", stream("1 < 2\n"))
    assert 'class="code"' in html and "1 &lt; 2</pre>" in html


def test_standard_error_is_not_shown():
    assert "50%" not in shown("f()", stream("50%", "stderr"))


def test_a_picture_carries_its_bytes_its_words_and_its_width():
    html = shown("f()", result(PICTURE, **{"image/png": {"alt": 'Says "so" < it', "width": 700}}))
    said = "Says &quot;so&quot; &lt; it"
    assert f'<img alt="{said}" width="700" src="data:image/png;base64,aGk=">' in html
    assert f"<figcaption>{said}</figcaption>" in html


def test_a_picture_without_metadata_says_its_text():
    assert '<img alt="Half of it." src=' in shown("f()", result(PICTURE))


def test_html_comes_before_the_picture():
    html = shown("f()", result({**PICTURE, "text/html": ["<table>", "</table>"]}))
    assert "<table></table>" in html and "<img" not in html


def test_a_prediction_shows_its_question_and_its_choices():
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "How < many?  [few · many]"}
    assert "<p>How &lt; many?</p><ul><li>few</li><li>many</li></ul>" in shown("guess", result(widget))


@pytest.mark.parametrize("source", ["check.quantize(mine)", "def f(): ...\n\ncheck.f(f)", "check.quantize.solution()"])
def test_an_exercise_is_shown_without_what_its_check_says(source):
    html = shown(source, stream("not attempted yet"), result({"text/markdown": "secret", "text/plain": "secret"}))
    assert "attempted" not in html and "secret" not in html and 'class="code"' in html


def test_what_was_predicted_lies_folded():
    html = shown('print(guess.answer("few", "we counted"))', stream("Measured: few"))
    assert html.index("<details>") < html.index("Measured: few") < html.index("</details>")


def test_markdown_that_code_shows_is_rendered():
    assert '<span class="k">' in shown("f()", result({"text/markdown": "```python\nfor x in y: ...\n```"}))


def test_raw_and_empty_cells_are_nothing():
    assert cell_html({"cell_type": "raw", "source": ["x"]}, Page()) == "" == shown("")
