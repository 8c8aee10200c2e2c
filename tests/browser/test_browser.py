"""Notebooks in a real JupyterLab, driven in headless Chromium: cells run, panels move, outputs are accessible.

Three lessons are run whole, with every panel: sliders, buttons, tables. nbval runs the cells of all of them; here the
others are opened as a learner finds them.

Needs   pip install playwright axe-playwright-python; apt-get install chromium (not `playwright install`)
Source  https://github.com/dequelabs/axe-core, the rules that the outputs are held to
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from edukit import bundled

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
NOTEBOOKS = bundled.path("notebooks")
WHOLE = "00_tour", "01_linear_quantization", "03_post_training_quantization"

# Waiting for promises is reliable; waiting for the kernel's status light is not (it failed 2 times in 6).
READY = """limit => Promise.race([
  (async () => {
    await window.jupyterapp.restored;
    let panel;
    while (!(panel = window.jupyterapp.shell.currentWidget)?.context) await new Promise(r => setTimeout(r, 50));
    await panel.context.ready;
    await panel.context.sessionContext.ready;
  })(),
  new Promise((_, fail) => setTimeout(() => fail(new Error('the notebook has no kernel')), limit)),
])"""
RUN_ALL = """limit => Promise.race([
  window.jupyterapp.commands.execute('notebook:run-all-cells').then(Boolean),
  new Promise((_, fail) => setTimeout(() => fail(new Error('cells still running')), limit)),
])"""
ERRORS = "() => [...document.querySelectorAll('.jp-RenderedText[data-mime-type*=error]')].map(e => e.innerText)"
# Lab's body has height 0, so axe would take all text for hidden and never look at its contrast.
AXE = """async () => {
  document.body.style.height = '100vh';
  const found = await axe.run('.jp-OutputArea-output', {resultTypes: ['violations']});
  return found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact))
    .flatMap(rule => rule.nodes.map(node => `${rule.id} (${rule.impact}): ${node.html.slice(0, 300)}`));
}"""
SHUTDOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own: (address, token). It serves a copy, because Lab saves by itself."""
    home = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(NOTEBOOKS, home / "notebooks")
    settle(home / "settings")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port, token = free.getsockname()[1], secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={home / 'notebooks'}"]
    command += ["--LabApp.expose_app_in_browser=True", "--allow-root"]
    with open(home / "log", "w") as log:
        server = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, home / "log")
        yield f"http://127.0.0.1:{port}", token
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        switches = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        yield driver.chromium.launch(executable_path=CHROMIUM, args=switches)


@pytest.fixture(scope="module", params=WHOLE)
def lesson(request, lab, browser):
    """Open a notebook, run every cell, and hand over the page and the number of panels its code asks for."""
    path = NOTEBOOKS / f"{request.param}.ipynb"
    page = opened(path, lab, browser)
    assert page.evaluate(RUN_ALL, 480_000), page.evaluate(ERRORS)
    yield page, count_panels(path)
    page.evaluate(SHUTDOWN)
    page.close()


def opened(path: Path, lab, browser):
    """The page of a notebook, with a kernel; what goes wrong on the page is in page.errors."""
    address, token = lab
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"{address}/doc/tree/{path.name}?token={token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook")
    page.evaluate(READY, 120_000)
    return page


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_lesson_opens_with_every_committed_picture(path, lab, browser):
    page = opened(path, lab, browser)
    pictures = page.locator(".jp-OutputArea-output img")
    playwright.expect(pictures).to_have_count(count_pictures(path), timeout=15_000)
    assert all(picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 100 for picture in pictures.all())
    assert not page.errors
    page.evaluate(SHUTDOWN)
    page.close()


def test_a_key_moves_the_picture_of_every_panel(lesson):
    page, expected = lesson
    panels = page.locator(".edukit-panel")
    assert panels.count() == expected > 0
    for panel in panels.all():
        picture, sliders = panel.locator("img"), panel.get_by_role("slider")
        before = picture.get_attribute("src")
        if sliders.count():
            start, direction = press_arrow(sliders.first)
        else:
            panel.locator("button:not(.mod-active)").first.press("Space")
        playwright.expect(picture).not_to_have_attribute("src", before, timeout=15_000)
        assert picture.get_attribute("alt")
        if sliders.count():
            assert direction * (float(sliders.first.input_value()) - start) > 0
            check_slider(panel, sliders.first)
    assert not page.errors


def test_axe_finds_no_serious_fault_in_what_the_lesson_shows(lesson):
    """Only in the outputs: the rest of the page is JupyterLab's own."""
    page, _ = lesson
    page.evaluate(axe.AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    page.locator(".jp-OutputArea-output").last.evaluate("output => output.append(new Image())")
    assert "image-alt" in page.evaluate(AXE)[0]  # it does look there


def press_arrow(slider):
    """One step to the right, at the right end to the left: (value before, +1 or -1)."""
    value = slider.input_value()
    at_the_end = value == slider.get_attribute("max")
    slider.press("ArrowLeft" if at_the_end else "ArrowRight")
    return float(value), -1 if at_the_end else 1


def check_slider(panel, slider):
    """It has a name and shows its value, and JupyterLab left the keys alone."""
    assert slider.evaluate("range => range === document.activeElement && range.labels[0].innerText")
    assert float(panel.locator(".edukit-slider span").first.inner_text()) == float(slider.input_value())


def count_panels(path: Path) -> int:
    """Code cells whose last line makes a panel: Panel(…) or a function of edukit.panels."""
    cells = json.loads(path.read_text())["cells"]
    sources = ["".join(cell["source"]).rstrip() for cell in cells if cell["cell_type"] == "code"]
    return sum(bool(re.match(r"(panels\.\w+|Panel)\(", source.splitlines()[-1])) for source in sources if source)


def count_pictures(path: Path) -> int:
    """The pictures that a notebook was committed with."""
    outputs = [output for cell in json.loads(path.read_text())["cells"] for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def settle(settings: Path):
    """No news, and all cells in the page at once, also those that are scrolled out of sight."""
    wanted = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for plugin, values in wanted.items():
        file = settings / f"@jupyterlab/{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values))


def environment(home: Path) -> dict:
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    return {**os.environ, **{name: str(home / folder) for name, folder in folders.items()}}


def wait_for(url, server, log, seconds=60):
    for _ in range(seconds * 10):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            return urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text()[-2000:])
