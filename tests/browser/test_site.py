"""The pages in a real browser: readable in light and dark, on a phone and on a desk, and nothing is fetched.

Source  https://github.com/dequelabs/axe-core, the rules that the pages are held to
"""

import pytest

from edukit.site import build

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
WIDTHS = 400, 1280
AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}});
  return found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact))
    .flatMap(rule => rule.nodes.map(node => `${rule.id} (${rule.impact}): ${node.html.slice(0, 300)}`));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build(tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen_and_each_is_one_request(site, chromium, width):
    page = chromium.new_page(viewport={"width": width, "height": 800})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in site:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    page.close()
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri() for path in site]


def test_axe_finds_nothing_serious(site, chromium):
    """All of its rules but for contrast, which takes it minutes; tests/site/test_template.py computes that."""
    page = chromium.new_page(viewport={"width": 400, "height": 800})
    found = {}
    for path in site:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.evaluate(axe.AXE_FILE_PATH.read_text())
        found[path.name] = page.evaluate(AXE)
    page.close()
    assert not any(found.values()), found


def test_a_reader_goes_from_lesson_to_lesson_by_links(site, chromium):
    page = chromium.new_page()
    page.goto(site[0].as_uri())
    page.get_by_role("link", name="Tour").click()
    for _ in site[2:]:
        page.get_by_role("link", name="→").first.click()
    assert page.url == site[-1].as_uri()
    page.get_by_role("link", name="All lessons").last.click()
    assert page.url == site[0].as_uri()
    page.close()
