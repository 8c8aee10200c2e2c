"""The phone's page in a real browser: two phones at once answer as Python does, bit for bit where the file is INT8.

Needs   pip install playwright axe-playwright-python; apt-get install chromium; edukit phone fetch
"""

import threading
import zlib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from edukit.data import digits
from edukit.deployment import export, load
from edukit.deployment.phone import PhoneBoard, read_code, write_page
from edukit.deployment.phone.fetch import missing
from edukit.deployment.runtimes import installed
from edukit.networks.trained import trained
from edukit.quantization import quantize_model

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
RUNTIMES = {"onnx": "onnxruntime-web", "tflite": "litert"}
ONE = pytest.mark.parametrize("files", ["onnx"], indirect=True)  # what does not depend on the runtime
DONE = "() => document.getElementById('status').innerText.startsWith('Done')"
STROKES = {  # corners of a digit, from 0 to 1 across the field
    0: [[(0.5, 0.1), (0.3, 0.2), (0.25, 0.5), (0.3, 0.8), (0.5, 0.9), (0.7, 0.8), (0.75, 0.5), (0.7, 0.2), (0.5, 0.1)]],
    1: [[(0.4, 0.3), (0.52, 0.1), (0.52, 0.9)]],
    2: [[(0.3, 0.3), (0.4, 0.12), (0.6, 0.12), (0.7, 0.3), (0.3, 0.9), (0.75, 0.9)]],
    4: [[(0.5, 0.1), (0.25, 0.6), (0.75, 0.6)], [(0.62, 0.4), (0.6, 0.9)]],
    5: [[(0.7, 0.1), (0.36, 0.1), (0.33, 0.45), (0.6, 0.45), (0.7, 0.65), (0.6, 0.85), (0.3, 0.9)]],
    7: [[(0.3, 0.1), (0.7, 0.1), (0.45, 0.9)]],
}
PICTURE = """async ([strokes, draw]) => {
  const { picture } = await import(new URL('page/drawing.js', location.href));
  return [...picture(strokes, draw)];
}"""
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter(rule => ['serious', 'critical'].includes(rule.impact)).map(rule => `${rule.id}: ${rule.nodes[0].html}`)"""


@pytest.fixture(scope="module", params=list(RUNTIMES))
def files(request, tmp_path_factory):
    """A trained digits network in FP32 and INT8, as files of one format: {name: (path, what Python answers)}."""
    if lacking := missing([RUNTIMES[request.param]]):
        pytest.skip(f"not fetched: {lacking[0]}; run `edukit phone fetch`")
    if request.param == "tflite" and (absent := installed.missing(installed.WRITES["litert"])):
        pytest.skip(f"not installed: {absent[0]}")
    folder = tmp_path_factory.mktemp("phone")
    data, model = digits(), trained("digits_residual")
    models = {"FP32": model, "INT8": quantize_model(model, data.calibration.x)}
    paths = {
        name: export(one, data.calibration.x[:4], folder / f"{name}.{request.param}") for name, one in models.items()
    }
    return {name: (path, load(path)(IMAGES)) for name, path in paths.items()}


IMAGES, LABELS = digits().test.x[:64], digits().test.y[:64]


@pytest.fixture
def board(files):
    paths = {name: path for name, (path, _) in files.items()}
    with PhoneBoard(paths, IMAGES, LABELS, names=digits().classes) as board:
        yield board


@pytest.fixture
def phone(chromium):
    """A function that opens a page as a phone does; errors on it fail the test."""
    pages, errors = [], []

    def opened(**options):
        page = chromium.new_page(viewport={"width": 360, "height": 740}, has_touch=True, **options)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert not errors


def check_rows(board, files, phones):
    """Every phone is there with every file, its answers Python's own."""
    rows = board.rows()
    assert sorted((row.number, row.posted.model) for row in rows) == [
        (n, m) for n in range(1, phones + 1) for m in files
    ]
    for row in rows:
        _, logits = files[row.posted.model]
        assert list(row.posted.predictions) == logits.argmax(1).tolist() and row.same == 1.0
        assert row.accuracy == np.mean(logits.argmax(1) == LABELS)
        assert row.posted.calls >= 300 and 0 < row.posted.median_s <= row.posted.p90_s
    return {row.posted.model: row.posted for row in rows}


def checksum(logits) -> int:
    return zlib.crc32(np.ascontiguousarray(logits, "<f4").tobytes())


def test_two_phones_answer_as_python_does_while_the_kernel_computes(board, files, phone):
    stop = threading.Event()
    busy = threading.Thread(target=compute_until, args=(stop,))
    busy.start()
    try:
        pages = [phone() for _ in range(2)]
        for page in pages:
            page.goto(board.url)
        for page in pages:
            page.wait_for_function(DONE, timeout=120_000)
    finally:
        stop.set()
        busy.join()
    posted = check_rows(board, files, phones=2)
    assert {result.crc for result in (row.posted for row in board.rows()) if result.model == "INT8"} == {
        checksum(files["INT8"][1])
    }
    assert posted["INT8"].version and all(result.load_s > 0 for result in posted.values())


def compute_until(stop):
    """What a long cell does: numpy, and Python's own loops."""
    x = np.random.default_rng(0).random((200, 200))
    while not stop.is_set():
        x = np.tanh(x @ x / 200)
        sum(i * i for i in range(20_000))


@ONE
def test_nothing_is_lost_when_the_network_fails_for_a_while(board, files, phone):
    page, failed = phone(), []

    def fail_at_first(route):
        if len(failed) < 3:
            failed.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/results", fail_at_first)
    page.goto(board.url)
    page.wait_for_function(DONE, timeout=120_000)
    assert len(failed) == 3
    check_rows(board, files, phones=1)


@ONE
def test_a_refusal_of_the_board_is_shown_in_its_own_words(board, phone):
    board.lock()
    page = phone()
    page.goto(board.url)
    page.wait_for_function(DONE, timeout=120_000)
    assert page.inner_text("#sent").startswith(
        "The board refused these figures: "
    ) and "undefined" not in page.inner_text("#sent")
    board.lock(False)
    page.fill("#phone", "Ana")
    page.get_by_role("button", name="Rename").click()
    playwright.expect(page.locator("#sent")).to_have_text("The board has these figures.")
    assert "Ana" in {row.phone for row in board.rows()}


def test_a_drawn_digit_is_read_as_python_reads_the_same_picture(board, files, phone):
    page = phone()
    page.goto(board.url)
    page.wait_for_function(DONE, timeout=120_000)
    field = page.locator("#field")
    draw = {"height": 8, "width": 8, "channels": 1, "low": 0, "high": 1, "ink": "high"}
    right = 0
    for digit, strokes in STROKES.items():
        page.get_by_role("button", name="Clear").click()
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        for first, *rest in strokes:
            page.mouse.move(*at(box, first))
            page.mouse.down()
            for corner in rest:
                page.mouse.move(*at(box, corner), steps=6)
            page.mouse.up()
        playwright.expect(page.locator("#read")).not_to_have_text("")
        scaled = [[[280 * x, 280 * y] for x, y in stroke] for stroke in strokes]
        picture = np.array(page.evaluate(PICTURE, [scaled, draw]), np.float32).reshape(1, 1, 8, 8)
        found = {name: int(load(path)(picture).argmax()) for name, (path, _) in files.items()}
        said = ", ".join(f"{name} reads {one}" for name, one in found.items())
        playwright.expect(page.locator("#read")).to_have_text(f"{said}.")
        right += found["INT8"] == digit
    assert right >= 5  # of 6: drawn by corners, not by a hand


def at(box, corner):
    return box["x"] + corner[0] * box["width"], box["y"] + corner[1] * box["height"]


@ONE
def test_dark_ink_is_the_same_picture_inverted(board, phone):
    page = phone()
    page.goto(board.url)
    draw = {"height": 5, "width": 4, "low": -1, "high": 3, "ink": "high"}
    bright, dark = (
        np.array(page.evaluate(PICTURE, [[[[9, 9], [200, 90]]], {**draw, "ink": i}])) for i in ("high", "low")
    )
    np.testing.assert_allclose(bright + dark, 2, atol=1e-6)
    assert bright.max() > 1 > -1 <= bright.min() and len(bright) == 20
    assert np.count_nonzero(np.array(page.evaluate(PICTURE, [[[[140, 140]]], draw])) > -1) > 0  # a dot is ink as well


@ONE
def test_a_minute_of_work_becomes_a_curve(board, phone):
    page = phone()

    def shorter(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "heat_s": 3})

    page.route("**/models.json", shorter)
    page.goto(board.url)
    page.wait_for_function(DONE, timeout=120_000)
    page.select_option("#heated", label="INT8")
    page.get_by_role("button", name="Start").click()
    playwright.expect(page.locator("#heat-said")).to_contain_text("times as long", timeout=30_000)
    page.wait_for_function("() => !document.getElementById('heat').disabled")
    (heat,) = [row.posted.heat for row in board.rows() if row.posted.heat]
    times = [t for t, _ in heat]
    assert times == sorted(times) and len(heat) >= 2 and all(s > 0 for _, s in heat)


@ONE
def test_the_page_fits_a_narrow_phone_and_is_accessible_in_light_and_dark(board, phone):
    for scheme in ("light", "dark"):
        page = phone(color_scheme=scheme, bypass_csp=True)  # axe is a script of another place
        page.goto(board.url)
        page.wait_for_function(DONE, timeout=120_000)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(axe.AXE_SCRIPT)
        assert page.evaluate(AXE) == [], scheme
        page.evaluate("() => document.body.append(new Image())")
        assert "image-alt" in page.evaluate(AXE)[0]  # it does look there


def test_a_phone_gets_under_five_megabytes_over_the_air(board, phone):
    page, asked = phone(), []
    page.on("requestfinished", lambda request: asked.append(request))
    page.goto(board.url)
    page.wait_for_function(DONE, timeout=120_000)
    sizes = {request.url.rpartition("/")[2]: request.sizes()["responseBodySize"] for request in asked}
    assert max(sizes.values()) > 1_000_000 and sum(sizes.values()) < 5_000_000


@ONE
def test_without_the_runtimes_the_page_says_what_to_run(board, phone):
    page = phone()
    page.route("**/runtime/**", lambda route: route.fulfill(status=404))
    page.goto(board.url)
    playwright.expect(page.locator("#status")).to_contain_text(
        'run "edukit phone fetch" on the computer', timeout=30_000
    )
    assert not board.rows()


@pytest.mark.parametrize("files", ["tflite"], indirect=True)
def test_a_browser_without_relaxed_simd_gets_the_same_integers(board, files, phone):
    """Such as Safari's: LiteRT.js has another build for it."""
    page, asked = phone(), []

    def other_build(route):
        asked.append(route.request.url)
        route.continue_(url=route.request.url.replace("wasm_internal", "wasm_compat_internal"))

    page.route("**/litert_wasm_internal.*", other_build)
    page.goto(board.url)
    page.wait_for_function(DONE, timeout=120_000)
    assert len(asked) == 1  # the script, which then asks for its own .wasm
    assert check_rows(board, files, phones=1)["INT8"].crc == checksum(files["INT8"][1])


def test_a_page_of_any_host_shows_a_code_that_holds_what_it_would_post(files, phone, tmp_path):
    folder = write_page({name: path for name, (path, _) in files.items()}, IMAGES, tmp_path / "site")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        page = phone()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.fill("#phone", "Zoë 1")
        page.wait_for_function(DONE, timeout=120_000)
        found = {body.model: body for body in read_code(page.input_value("#code-text"))}
        server.shutdown()
    assert list(found) == list(files) and {body.phone for body in found.values()} == {"Zoë 1"}
    for name, body in found.items():
        assert list(body.predictions) == files[name][1].argmax(1).tolist()
        assert body.median_s == pytest.approx(body.p90_s, rel=1e3) and body.calls >= 300
    assert found["INT8"].crc == checksum(files["INT8"][1])


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Without a line for each request."""
