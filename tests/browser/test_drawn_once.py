"""A panel that is drawn once moves without a kernel: in a page, and in JupyterLab once its kernel has drawn it.

Prints (pytest -s) the time from the key to the frame that shows the picture.
"""

import json
import urllib.request

import numpy as np
import pytest

from edukit.panels import Panel, browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")

PLOTS = """
class Bar:
    def __init__(self, fig):
        axes = fig.subplots()
        axes.set_ylim(0, 10)
        self.bar = axes.bar([0], [1])[0]

    def update(self, length, sure, kind):
        self.bar.set(height=length + 1, color="blue" if sure else "red", alpha=1 if kind == "full" else 0.5)
        return f"length {length}, {sure}, {kind}"


class Share(Bar):
    def update(self, share):
        self.bar.set_height(share)
        return f"share {share}"
"""
BARS = """Panel(Bar, length=(0, 4, 1), sure=True, kind=["full", "pale"], play="length")"""
SHARE = "Panel(Share, share=(0.2, 1.8, 0.4))"
AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact))
    .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 300)}`));
}"""
BUSY = """seconds => {
  const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
  kernel.requestExecute({code: `import time; time.sleep(${seconds})`});
  return kernel.status;
}"""
KERNEL = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page with three panels, two of them alike."""
    scope = {"Panel": Panel}
    exec(PLOTS, scope)
    html = "".join(eval(panel, scope).page() for panel in (BARS, BARS, SHARE))
    path = tmp_path_factory.mktemp("page") / "page.html"
    head = '<meta charset="utf-8"><title>Panels</title><style>:root { color-scheme: light dark; }</style>'
    path.write_text(f'<!doctype html><html lang="en">{head}<main><h1>Panels</h1>{html}</main></html>')
    return path.as_uri()


@pytest.fixture(params=["light", "dark"])
def page(chromium, address, request):
    page = chromium.new_page(viewport={"width": 400, "height": 900}, color_scheme=request.param)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda asked: errors.append(asked.url) if asked.url.startswith("http") else None)
    page.goto(address)
    yield page
    page.close()
    assert not errors


def said(panel) -> str:
    """The caption, which is the alt text as well."""
    caption = panel.locator("figcaption").inner_text()
    assert panel.locator("img").get_attribute("alt") == caption
    return caption


def test_each_control_of_a_page_moves_its_picture_and_no_other(page):
    panel, other, _ = page.locator("form").all()
    pictures = {panel.locator("img").get_attribute("src")}
    for label, key, caption in (
        ("length", "ArrowRight", "length 2, True, full"),
        ("sure", "Space", "length 2, False, full"),
        ("full", "ArrowRight", "length 2, False, pale"),
        ("length", "End", "length 4, False, pale"),
    ):
        panel.get_by_label(label, exact=True).press(key)
        assert said(panel) == caption
        pictures.add(panel.locator("img").get_attribute("src"))
    assert len(pictures) == 5 and said(other) == "length 1, True, full"
    assert panel.get_by_role("group", name="kind").count() == 1
    panel.get_by_label("pale").press("Enter")  # a form would send itself and load the page again
    assert said(panel) == "length 4, False, pale"


def test_every_stop_of_a_slider_of_parts_shows_its_own_state(page):
    panel = page.locator("form").last
    slider = panel.get_by_label("share")
    slider.press("Home")
    for tenths in range(2, 19):
        assert said(panel) == f"share {tenths / 10}" and panel.locator("span").inner_text() == f"{tenths / 10}"
        slider.press("ArrowRight")


def test_nothing_is_cut_and_axe_finds_no_serious_fault_in_a_page(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.evaluate(axe.AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    page.locator("main").evaluate("main => main.append(new Image())")
    assert "image-alt" in page.evaluate(AXE)[0]  # it does look there


def test_play_goes_from_the_start_to_the_end_and_stops(page):
    panel = page.locator("form").first
    panel.get_by_role("button", name="play length").press("Enter")
    assert said(panel).startswith("length 0") and panel.get_by_role("button", name="stop length").count()
    playwright.expect(panel.get_by_role("button", name="play length")).to_be_visible(timeout=10_000)
    assert said(panel).startswith("length 4")


def test_a_reader_who_wants_no_motion_plays_stop_by_stop(page):
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    panel = page.locator("form").first
    for length in (2, 3, 4, 0):
        panel.get_by_role("button", name="next length").press("Enter")
        page.wait_for_timeout(300)
        assert said(panel).startswith(f"length {length}")


def test_the_time_from_key_to_picture_in_a_page(page, capsys):
    panel = page.locator("form").first
    times = browser.delays_ms(panel, panel.get_by_role("slider"))
    assert len(times) == 20
    with capsys.disabled():
        print(f"\nkey to picture in a page: {spread(times)}")


def test_in_a_notebook_the_picture_moves_while_the_kernel_is_busy(chromium, jupyter, capsys):
    save("drawn_once.ipynb", ["from edukit.panels import Panel", PLOTS.strip(), BARS], jupyter)
    with browser.opened("drawn_once.ipynb", jupyter, chromium) as page:
        browser.run_all(page)
        panel = page.locator(".edukit-panel")
        playwright.expect(panel.locator("[data-missing='0']")).to_be_attached(timeout=60_000)
        length, caption = panel.get_by_role("slider"), panel.locator("figcaption")
        page.evaluate(BUSY, 8)
        for control, key, words in (
            (length, "End", "length 4, True, full"),
            (panel.get_by_label("sure"), "Space", "length 4, False, full"),
            (panel.get_by_role("button", name="pale"), "Enter", "length 4, False, pale"),
            (panel.get_by_role("button", name="play length"), "Enter", "length 0, False, pale"),
        ):
            control.press(key)
            playwright.expect(caption).to_have_text(words, timeout=1000)
            assert panel.locator("img").get_attribute("alt") == words
        playwright.expect(caption).to_have_text("length 4, False, pale")
        assert page.evaluate(KERNEL) == "busy"
        playwright.expect(panel.get_by_role("button", name="play length")).to_be_visible()
        ((name, times),) = browser.delays_of(page)
        assert name == "panel 1, length, drawn once" and len(times) == 20
        with capsys.disabled():
            print(f"\nkey to picture in JupyterLab, drawn once: {spread(times)}")
        assert not page.errors


def save(name, sources, jupyter):
    """A notebook of these code cells, among those of the server."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"cell-{i}", "source": source} for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    content = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    address, token = jupyter
    body = json.dumps({"type": "notebook", "content": content}).encode()
    headers = {"Authorization": f"token {token}"}
    urllib.request.urlopen(urllib.request.Request(f"{address}/api/contents/{name}", body, headers, method="PUT"))


def spread(times) -> str:
    return f"median {np.median(times):.1f} ms, p95 {np.percentile(times, 95):.1f} ms"
