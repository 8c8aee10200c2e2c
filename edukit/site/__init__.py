"""The course as a folder of static pages, which need no kernel and no network.

    notebooks ─> words, code, formulas, outputs ─> one page for each lesson, and a page that lists them

formula.py   formulas as MathML, which browsers draw by themselves
words.py     Markdown as HTML, with formulas, coloured code and links between pages
cells.py     a notebook's cells and outputs as HTML
template.py  what stands around a lesson: head, links, the list of its parts; its style is page.css
build.py     all pages, written to a folder
run.py       lessons, run once more so that their panels move in the page
"""

from edukit.site.build import build

__all__ = ["build"]
