"""A lesson in a real browser: how it looks there, and how long a key takes to a changed picture.

    lessons ─ copy ─> Jupyter server ─> headless Chromium ─> run all cells ─> arrow key ─> picture

One server shows a lesson in JupyterLab and, where it is installed, in Notebook 7. `python -m edukit.panels --browser`
and the tests in a browser use it. It needs playwright, from pip, and the system's Chromium (not `playwright install`).
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np

FRONTS = {"lab": "doc/tree", "notebook": "notebooks"}  # the address of a lesson in each
SETTINGS = {  # no news, and all cells in the page at once, also those that are scrolled out of sight
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}

# Waiting for promises is reliable; waiting for the kernel's status light is not (it failed 2 times in 6).
_READY = """limit => Promise.race([
  (async () => {
    await window.jupyterapp.restored;
    let panel;
    while (!(panel = window.jupyterapp.shell.currentWidget)?.context) await new Promise(r => setTimeout(r, 50));
    await panel.context.ready;
    await panel.context.sessionContext.ready;
  })(),
  new Promise((_, fail) => setTimeout(() => fail(new Error('the notebook has no kernel')), limit)),
])"""
_RUN_ALL = """limit => Promise.race([
  window.jupyterapp.commands.execute('notebook:run-all-cells').then(Boolean),
  new Promise((_, fail) => setTimeout(() => fail(new Error('cells still running')), limit)),
])"""
_ERRORS = "() => [...document.querySelectorAll('.jp-RenderedText[data-mime-type*=error]')].map(e => e.innerText)"
_SHUTDOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()"
_TIME_NEXT = """panel => {
  const shown = () => panel.querySelector('img').src;
  const before = shown();
  const timed = new Promise(done => {
    let start;
    window.addEventListener('keydown', () => { start = performance.now(); }, {capture: true, once: true});
    const changed = new MutationObserver(async () => {
      if (shown() === before) return;
      changed.disconnect();
      await panel.querySelector('img').decode();
      requestAnimationFrame(() => done(performance.now() - start));
    });
    changed.observe(panel, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
  });
  window.edukitDelay = Promise.race([timed, new Promise(done => setTimeout(done, 3000))]);
}"""


@contextmanager
def chromium():
    """A headless browser of playwright. Raises RuntimeError that says what is not installed."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise RuntimeError("a browser needs playwright: pip install playwright") from error
    with sync_playwright() as driver:
        switches = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path=chromium_path(), args=switches)
        yield browser
        browser.close()


def chromium_path() -> str:
    """The program of the system's Chromium. Raises RuntimeError where there is none."""
    names = "chromium", "chromium-browser", "google-chrome"
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise RuntimeError(f"a browser needs one of these programs, and none is installed: {', '.join(names)}")
    return found


@contextmanager
def server(lessons, home: Path):
    """A Jupyter server of its own on copies of the lessons in `home`, for it saves by itself: (address, token)."""
    (home / "lessons").mkdir()
    for lesson in lessons:
        shutil.copy(lesson, home / "lessons")
    _settle(home / "settings")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={home / 'lessons'}"]
    command += [f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")]
    with open(home / "log", "w") as log:
        process = subprocess.Popen(command, env=_environment(home), stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", process, home / "log")
        yield f"http://127.0.0.1:{port}", token
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def opened(name: str, where, browser, front: str = "lab", size=(1024, 768)):
    """The page of a lesson with a kernel, of a front end in FRONTS; what goes wrong on it is in page.errors."""
    address, token = where
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(f"{address}/{FRONTS[front]}/{name}?token={token}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook")
    page.evaluate(_READY, 120_000)
    yield page
    page.evaluate(_SHUTDOWN)
    page.close()


def run_all(page, limit_s: float = 480) -> None:
    """Run every cell. Raises RuntimeError with what the cells raised."""
    if not page.evaluate(_RUN_ALL, 1000 * limit_s):
        raise RuntimeError("\n".join(page.evaluate(_ERRORS)))


def step(slider) -> tuple[float, int]:
    """One step of the arrow key to the right, at the right end to the left: (value before, +1 or -1)."""
    value = slider.input_value()
    at_the_end = value == slider.get_attribute("max")
    slider.press("ArrowLeft" if at_the_end else "ArrowRight")
    return float(value), -1 if at_the_end else 1


def delays_ms(panel, slider, steps: int = 20) -> np.ndarray:
    """The delay of each step of a slider from the key to the frame that shows its panel's new picture."""
    times = []
    for _ in range(steps):
        panel.evaluate(_TIME_NEXT)
        step(slider)
        times.append(panel.page.evaluate("() => window.edukitDelay"))
    return np.array([time for time in times if time is not None])  # none: the step left the picture as it was


def delays_of(page, limit_s: float = 120):
    """The name and the delays of every slider of every panel on the page, one after the other.

    A panel that is drawn once is timed when all its pictures are there: until then the kernel draws for it.
    """
    for number, panel in enumerate(page.locator(".edukit-panel").all(), 1):
        missing = panel.locator("[data-missing]")
        drawn_once = missing.count() > 0
        if drawn_once:
            panel.scroll_into_view_if_needed()
            panel.locator("[data-missing='0']").wait_for(state="attached", timeout=1000 * limit_s)
        for slider in panel.locator("input[type=range]").all():
            name = slider.evaluate("range => range.labels[0].innerText")
            yield f"panel {number}, {name}{', drawn once' * drawn_once}", delays_ms(panel, slider)


def _settle(settings: Path):
    for plugin, values in SETTINGS.items():
        file = settings / f"@jupyterlab/{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _environment(home: Path) -> dict:
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    return {**os.environ, **{name: str(home / folder) for name, folder in folders.items()}}


def _wait_for(url, process, log, seconds=60):
    for _ in range(seconds * 10):
        if process.poll() is not None:
            raise RuntimeError(f"the Jupyter server ended: {log.read_text()[-2000:]}")
        try:
            return urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text()[-2000:])
