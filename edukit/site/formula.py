"""Formulas in LaTeX as MathML, which browsers draw by themselves and screen readers speak.

    LaTeX ─ latex2mathml ─> MathML ─ spaces and bars as LaTeX sets them ─> MathML

In production  MathJax, KaTeX (both run in the browser, as scripts that a page must carry)
"""

import re

from latex2mathml.converter import convert

WORDS = (("aligned}", "align*}"), (":=", "≔"))  # what latex2mathml knows by another name
NAME = re.compile(r"<m[oi]>([A-Za-z]{2,})</m[oi]>(?P<before>(?:<m[ns]|<mi|<mf)?)")
MARKS = (
    ('<mspace width="negativethinmathspace" />', ""),
    ('<mo stretchy="false">&#x0007C;</mo>', '<mo stretchy="false" lspace="0" rspace="0">|</mo>'),  # |x|
    ("<mi>≔</mi>", "<mo>≔</mo>"),
    ('<mo accent="true">&#x02015;</mo>', '<mo stretchy="true">&#x203E;</mo>'),  # a bar as wide as what it covers
)


def mathml(latex: str, *, block: bool = False) -> str:
    """A formula as a <math> element, on a line of its own if `block`.

    Raises ValueError for a formula that cannot be read, and for a command that is not known.

    >>> mathml("S + 1")[-52:]
    '<mi>S</mi><mo>&#x0002B;</mo><mn>1</mn></mrow></math>'
    """
    text = latex.strip()
    for ours, theirs in WORDS:
        text = text.replace(ours, theirs)
    try:
        found = convert(text, display="block" if block else "inline")
    except Exception as error:
        raise ValueError(f"formula cannot be read, {type(error).__name__}: {latex}") from error
    if unknown := re.search(r"\\[A-Za-z]*", found):
        raise ValueError(f"formula has {unknown[0]}, which MathML cannot be made of: {latex}")
    for theirs, ours in MARKS:
        found = found.replace(theirs, ours)
    return NAME.sub(_name, found)


def _name(found: re.Match) -> str:
    """The name of a function, such as max: upright, with a thin space before a letter or number, none before ( ."""
    space = "0.17em" if found["before"] else "0"
    return f'<mo lspace="0" rspace="{space}">{found[1]}</mo>{found["before"]}'
