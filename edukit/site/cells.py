"""A notebook's cells as HTML: text, code, and what the code showed.

    output ─> its HTML, if it has some · its picture with alt text and caption · its Markdown · its text

HTML outputs are taken as they are: the notebooks are the kit's own. An exercise is shown without what its check said,
and what a prediction was about lies folded.
"""

import re
from html import escape

from edukit.site.words import Page, coloured

CHECK = re.compile(r"\bcheck\.\w+(\.\w+)*\(")
ANSWER = re.compile(r"\.answer\(")
FOLD = "Your guess first. Then open what was measured."


def cell_html(cell: dict, page: Page) -> str:
    """One cell; headings are added to those of the page."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return page.html(source)
    if cell["cell_type"] != "code" or not source.strip():
        return ""
    return coloured(source) + _shown(source, cell["outputs"], page)


def _shown(source: str, outputs: list, page: Page) -> str:
    if CHECK.search(source):
        return ""
    shown = "".join(_output(output, page) for output in outputs)
    if shown and ANSWER.search(source):
        return f"<details><summary>{FOLD}</summary>{shown}</details>\n"
    return shown


def _output(output: dict, page: Page) -> str:
    if output["output_type"] == "stream":
        return _text(output["text"]) if output["name"] == "stdout" else ""
    if output["output_type"] == "error":
        return _text(f"{output['ename']}: {output['evalue']}")
    data = {kind: "".join(value) for kind, value in output["data"].items() if isinstance(value, str | list)}
    if "text/html" in data:
        return f'<div class="scroll output" tabindex="0">{data["text/html"]}</div>\n'
    if "image/png" in data:
        return _figure(data, output.get("metadata", {}).get("image/png", {}))
    if "text/markdown" in data:
        return page.html(data["text/markdown"])
    if "application/vnd.jupyter.widget-view+json" in output["data"]:
        return _question(data["text/plain"])
    return _text(data.get("text/plain", ""))


def _question(text: str) -> str:
    """A prediction's question and choices, which its text has as: question  [this · that]."""
    question, _, choices = escape(text).removesuffix("]").partition("  [")
    items = "".join(f"<li>{choice}</li>" for choice in choices.split(" · ") if choice)
    return f'<div class="question"><p>{question}</p><ul>{items}</ul></div>\n'


def _text(text) -> str:
    return f'<pre class="output" tabindex="0">{escape("".join(text).rstrip())}</pre>\n'


def _figure(data: dict, about: dict) -> str:
    said = escape(about.get("alt") or data.get("text/plain", ""))
    width = f' width="{int(about["width"])}"' if "width" in about else ""
    source = "data:image/png;base64," + re.sub(r"\s", "", data["image/png"])
    return f'<figure><img alt="{said}"{width} src="{source}"><figcaption>{said}</figcaption></figure>\n'
