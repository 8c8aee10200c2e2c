"""Formulas as MathML: each formula of the lessons, and what LaTeX sets in a way of its own."""

import json
import re
from xml.etree import ElementTree

import pytest

from edukit import bundled
from edukit.site.formula import mathml

SPACE = "{http://www.w3.org/1998/Math/MathML}"
CHILDREN = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3, "mroot": 2}
IN_LESSONS = r"\$\$(?:[^$`]+)\$\$|(?<![\w$`])\$[^$`\n]+\$(?![\w$])"


def lesson_formulas() -> list[str]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(bundled.path("notebooks").glob("*.ipynb")))
    cells = [cell for text in texts for cell in json.loads(text)["cells"]]
    words = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return sorted({found for text in words for found in re.findall(IN_LESSONS, text)})


def tree(latex):
    return ElementTree.fromstring(mathml(latex))


def test_every_formula_of_the_lessons_is_whole():
    """Well-formed, no command left over, and each fraction, power and index has its parts."""
    formulas = lesson_formulas()
    assert len(formulas) > 100
    for formula in formulas:
        for element in tree(formula.strip("$")).iter():
            needed = CHILDREN.get(element.tag.removeprefix(SPACE))
            assert needed in (None, len(element)), formula


def test_a_block_stands_on_its_own_line():
    assert 'display="block"' in mathml("x", block=True) and 'display="inline"' in mathml("x")


@pytest.mark.parametrize("latex", [r"\frobnicate{x}", r"x + \nosuch", "\\"])
def test_an_unknown_command_is_refused_by_name(latex):
    with pytest.raises(ValueError, match=re.escape(latex.split("{")[0].split()[-1])):
        mathml(latex)


@pytest.mark.parametrize("latex", [r"\left( x", "x^2^3", "a_", r"\begin{cases} x"])
def test_a_formula_that_does_not_end_is_refused_whole(latex):
    with pytest.raises(ValueError, match=re.escape(latex)):
        mathml(latex)


@pytest.mark.parametrize(("latex", "space"), [(r"\max x", "0.17em"), (r"\max(x)", "0"), (r"q_{\max}", "0")])
def test_a_name_has_a_space_before_a_letter_only(latex, space):
    (name,) = [element for element in tree(latex).iter(f"{SPACE}mo") if element.text == "max"]
    assert name.get("rspace") == space and name.get("lspace") == "0"


def test_aligned_lines_are_rows_of_a_table():
    rows = list(tree(r"\begin{aligned} a &= b \\ c &= d \end{aligned}").iter(f"{SPACE}mtr"))
    assert [len(row) for row in rows] == [2, 2]


def test_a_definition_is_a_sign_with_space_around_it():
    assert "<mo>≔</mo>" in mathml("a := b")


def test_a_bar_stretches_and_absolute_values_stand_close():
    assert any(mark.get("stretchy") == "true" for mark in tree(r"\overline{x + y}").iter(f"{SPACE}mo"))
    assert [mark.get("lspace") for mark in tree("|w|").iter(f"{SPACE}mo")] == ["0", "0"]
