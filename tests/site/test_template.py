"""What stands around a lesson: title, ways to its neighbours, its parts, and the list of all lessons."""

from edukit.course import LESSONS, written
from edukit.site.template import STYLE, index_page, lesson_page, page_name


def page(number):
    headings = [(1, "why", "Why?"), (2, "the-formula", "The <em>formula</em>"), (3, "by-hand", "By hand")]
    return lesson_page(LESSONS[number], '<h1 id="why">Why?</h1>\n<p>Text.</p>', headings)


def test_a_page_leads_to_the_lessons_before_and_after_at_the_top_and_at_the_end():
    html = page(2)
    assert html.count('rel="prev" href="01_linear_quantization.html">← 01 Linear quantization<') == 2
    assert html.count('rel="next" href="03_post_training_quantization.html">03 Post-training quantization →<') == 2
    assert '<a rel="prev"' not in page(0) and '<a rel="next"' not in page(15)


def test_a_page_says_what_it_is():
    html = page(3)
    assert (
        "<title>It got worse when I quantized it. Must I train it again? · 03 Post-training quantization</title>"
        in html
    )
    assert '<html lang="en">' in html and "75 minutes" in html
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


def test_the_style_has_a_dark_half_with_the_same_colours():
    light, dark = STYLE.split("prefers-color-scheme: dark", 1)
    names = {word for word in light.split() if word.startswith("--") and word.endswith(":")}
    assert names and all(name in dark.split("}")[0] for name in names)
