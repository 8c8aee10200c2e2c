"""Markdown as HTML, the way the lessons use it: tables, formulas, coloured code, and links between lessons.

    text ─ mistune ─> headings with anchors · MathML · Pygments' classes · 02_calibration.ipynb ─> 02_calibration.html

Anchors are those of GitHub: lower case, words joined by dashes. A link that leads to no page and no address, such as
one to a file of the repository, is shown as its text.
"""

import re
from html import escape, unescape

import mistune
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from edukit.site.formula import mathml

IN_HTML = re.compile(r"\$(?=\S)([^$\n]+?)\$")


class Page(mistune.HTMLRenderer):
    """The words of one page; it remembers its headings as (level, anchor, HTML).

    >>> page = Page()
    >>> page.html("## By *hand*")
    '<h2 id="by-hand">By <em>hand</em></h2>\\n'
    >>> page.headings
    [(2, 'by-hand', 'By <em>hand</em>')]
    """

    def __init__(self):
        super().__init__(escape=False)
        self.headings: list[tuple[int, str, str]] = []
        self._read = mistune.create_markdown(renderer=self, plugins=["table", "math", "strikethrough"])

    def html(self, text: str) -> str:
        """The HTML of a text in Markdown."""
        return str(self._read(text))

    def heading(self, text: str, level: int, **_attributes) -> str:
        name = anchor(text)
        taken = [other for _level, other, _text in self.headings]
        number = 1
        unique = name
        while unique in taken:
            unique = f"{name}-{number}"
            number += 1
        self.headings.append((level, unique, text))
        return f'<h{level} id="{unique}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title=None) -> str:
        address = page_address(url)
        return f'<a href="{escape(address)}">{text}</a>' if address else text

    def table(self, text: str) -> str:
        return f'<div class="scroll" tabindex="0"><table>{text}</table></div>\n'

    def block_code(self, code: str, info: str | None = None) -> str:
        return coloured(code, (info or "text").split()[0])

    def block_html(self, html: str) -> str:
        return IN_HTML.sub(lambda found: mathml(unescape(found[1])), html) + "\n"

    def inline_math(self, text: str) -> str:
        return mathml(text)

    def block_math(self, text: str) -> str:
        return f'<span class="formula" tabindex="0">{mathml(text, block=True)}</span>'


def anchor(heading: str) -> str:
    """The name under which a heading is linked.

    >>> anchor("What is a <em>fourth</em> code worth?")
    'what-is-a-fourth-code-worth'
    """
    words = unescape(re.sub(r"<[^>]+>", "", heading)).lower()
    return re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")


def page_address(url: str) -> str:
    """Where a link of a notebook leads on the site; "" where it leads nowhere.

    >>> page_address("02_calibration.ipynb#By-hand"), page_address("../edukit/cli.py")
    ('02_calibration.html#by-hand', '')
    """
    if re.match(r"https?://|mailto:", url):
        return url
    file, _, place = url.partition("#")
    if file and not re.fullmatch(r"[\w.-]+\.ipynb", file):
        return ""
    return file.removesuffix(".ipynb") + (".html" if file else "") + (f"#{anchor(place)}" if place else "")


def coloured(code: str, language: str = "python") -> str:
    """Code in a box, with a class for each kind of word; any language that Pygments does not know is plain text."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    words = highlight(code, lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return f'<pre class="code"><code>{words}</code></pre>\n'
