"""Markdown as HTML: formulas, tables, code, headings with anchors, and links that lead somewhere."""

import pytest

from edukit.site.words import Page, anchor, coloured, page_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("02_calibration.ipynb", "02_calibration.html"),
        ("02_calibration.ipynb#One-broken-image", "02_calibration.html#one-broken-image"),
        ("#The-map", "#the-map"),
        ("https://arxiv.org/abs/1", "https://arxiv.org/abs/1"),
        ("../edukit/graph.py", ""),
        ("teachers/01.md", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_link_leads_to_a_page_or_an_address_or_is_text(url, address):
    assert page_address(url) == address
    html = Page().html(f"[words]({url})")
    assert ("<a " in html) == bool(address) and "words" in html


def test_headings_have_anchors_of_their_own():
    page = Page()
    page.html("# Why?\n\n## 1. Spot *the* error\n\n## Try it\n\n## Try it")
    assert [name for _, name, _ in page.headings] == ["why", "1-spot-the-error", "try-it", "try-it-1"]


def test_an_anchor_forgets_marks_and_tags():
    assert anchor("Is <code>x &lt; y</code>, at 8 bits?") == "is-x--y-at-8-bits"


@pytest.mark.parametrize(
    "text", ["$x^2$", "$$x^2$$", "a $x^2$, b", "<details>so $x^2$</details>", "| a |\n|---|\n| $x^2$ |"]
)
def test_formulas_are_drawn_wherever_they_stand(text):
    html = Page().html(text)
    assert "<msup>" in html and "$" not in html


def test_a_dollar_in_code_stays():
    assert "$x$" in Page().html("`$x$`")


def test_a_block_of_several_lines_is_a_formula():
    assert Page().html("$$\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}$$").count("<mtr>") == 2


def test_tables_may_be_wider_than_the_page():
    assert '<div class="scroll" tabindex="0"><table>' in Page().html("| a | b |\n|---|--:|\n| 1 | 2 |")


def test_code_is_coloured_and_unknown_languages_are_text():
    assert '<span class="k">for</span>' in coloured("for x in y: ...")
    assert '<span class="k">' not in coloured("for x in y: ...", "no-such-language")
    assert "&lt;b&gt;" in coloured("<b>", "text")
