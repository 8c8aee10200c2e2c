"""What stands around a lesson: title, ways to its neighbours, its parts, and the list of all lessons."""

import re

import pytest

from edukit.course import LESSONS, written
from edukit.site.template import STYLE, index_page, lesson_page, page_name


def page(number):
    headings = [(1, "why", "Why?"), (2, "the-formula", "The <em>formula</em>"), (3, "by-hand", "By hand")]
    return lesson_page(LESSONS[number], '<h1 id="why">Why?</h1>\n<p>Text.</p>', headings)


def test_a_page_leads_to_the_lessons_before_and_after_at_the_top_and_at_the_end():
    html = page(2)
    assert html.count('rel="prev" href="01_linear_quantization.html">← 01 Linear quantization<') == 2
    assert html.count('rel="next" href="03_post_training_quantization.html">03 Post-training quantization →<') == 2
    assert '<a rel="prev"' not in page(0) and '<a rel="next"' not in page(-1)


def test_a_page_says_what_it_is():
    html = page(3)
    assert "<title>Can a network compute with whole numbers only? · 03 Post-training quantization</title>" in html
    assert '<html lang="en">' in html and "60 minutes" in html
    assert 'after lessons <a href="01_linear_quantization.html">01</a>, <a href="02_calibration.html">02</a>' in html


def test_the_parts_stand_below_the_title_and_lead_to_the_chapters():
    html = page(2)
    assert html.index("</h1>") < html.index('<a href="#the-formula">The <em>formula</em></a>') < html.index("<p>Text.")
    assert "#by-hand" not in html


def test_the_index_links_what_is_written_and_names_what_is_planned():
    html = index_page()
    assert all(f'href="{page_name(lesson)}">{lesson.name}<' in html for lesson in written())
    assert all(lesson.question in html for lesson in LESSONS)
    assert html.count(">planned<") == len(LESSONS) - len(written())


def colours(scheme: str) -> dict[str, str]:
    halves = STYLE.split("prefers-color-scheme: dark", 1)
    return dict(re.findall(r"--(\w+): (#\w{6})", halves[scheme == "dark"]))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_that_of_black_on_white():
    assert luminance("#ffffff") - luminance("#000000") == pytest.approx(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(scheme):
    """At least 4.5 to 1, WCAG 2.2, level AA."""
    found = colours(scheme)
    assert found.keys() == colours("light").keys()
    for ground in ("ground", "box"):
        for text in found.keys() - {"ground", "box", "line"}:
            dark, bright = sorted(luminance(found[name]) for name in (text, ground))
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
