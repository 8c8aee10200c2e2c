"""The page for any host, and result codes: whole ones are read, every damaged one is refused."""

import base64
import json
import random
import struct
import zlib

import pytest
from phone_packages import CONTENTS, archive, packages

from edukit.deployment.phone import fetch as fetching
from edukit.deployment.phone import hosted, read_code, write_page
from edukit.deployment.phone.schema import Posted

BODY = Posted("Ana 1", "0123456789abcdef", "FP32", "litert", "2.5.3", 0.5, 0.75, 0.25, 0.125, 300, (0, 15, 3), 7)
LETTERS = "ABCXYZabcxyz0189-_"


def text(words: str) -> bytes:
    return bytes([len(words.encode())]) + words.encode()


def figures(body: Posted, digits: int = 1) -> bytes:
    """One file's part of a code, as hosted.py describes it."""
    times = struct.pack(">4f2I", body.median_s, body.p90_s, body.load_s, body.first_s, body.calls, body.crc)
    packed = "".join(f"{number:0{digits}x}" for number in body.predictions)
    numbers = bytes.fromhex(packed + "0" * (len(packed) % 2))
    head = text(body.model) + text(body.runtime) + text(body.version)
    return head + times + bytes([len(body.predictions), digits]) + numbers


def code(*bodies: bytes, version=1, id=BODY.id, phone=BODY.phone, count=None) -> str:
    head = bytes([version]) + bytes.fromhex(id) + text(phone) + bytes([len(bodies) if count is None else count])
    content = head + b"".join(bodies)
    return base64.urlsafe_b64encode(content + zlib.crc32(content).to_bytes(4)).decode().rstrip("=")


def test_a_code_holds_what_a_phone_posts():
    other = Posted("Ana 1", BODY.id, "INT8", "onnxruntime-web", "1.30.0", 1.5, 2, 0.5, 1, 4000, (999, 1000), 2**32 - 1)
    assert read_code(code(figures(BODY), figures(other, digits=3))) == [BODY, other]


def test_it_may_be_pasted_with_spaces_and_line_breaks():
    whole = code(figures(BODY))
    assert read_code(f"\n  {whole[:20]} {whole[20:50]}\r\n{whole[50:]}\t") == [BODY]


def test_every_damaged_code_is_refused():
    whole = code(figures(BODY))
    drawn = random.Random(0)
    damaged = [whole[:at] + letter + whole[at + 1 :] for at in range(len(whole)) for letter in drawn.sample(LETTERS, 4)]
    damaged += [whole[:at] for at in range(len(whole))] + [whole[1:], whole * 2, whole.swapcase(), "é" + whole, "=" * 8]
    damaged += [whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :] for at in range(len(whole) - 1)]
    last = base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4))
    for broken in damaged:
        try:
            same = base64.b64decode(broken + "=" * (-len(broken) % 4), b"-_", validate=True) == last
        except ValueError:
            same = False
        if not same:  # the last letter holds bits that no byte needs
            with pytest.raises(ValueError, match="copy it again"):
                read_code(broken)


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (code(figures(BODY), version=2), "version 1, this one is of version 2"),
        (code(figures(BODY), count=2), "too early"),
        (code(figures(BODY), figures(BODY), count=1), "bytes follow"),
        (code(), "must end with the figures"),
        (code(figures(BODY), phone="<>"), "phone must be a name"),
        (
            code(figures(BODY).replace(struct.pack(">f", 0.5), struct.pack(">f", float("nan")))),
            "result code of this page",
        ),
        (
            code(figures(BODY).replace(struct.pack(">f", 0.5), struct.pack(">f", -1))),
            "median_s must be seconds above 0",
        ),
        (code(figures(BODY).replace(b"FP32", b"\xff\xfe\xfd\xfc")), "result code of this page"),
        (code(figures(BODY, digits=6).replace(b"\0\0\x0f", b"\xff\xff\xff")), "predictions must be whole"),
    ],
)
def test_a_forged_code_is_held_to_the_schema_of_a_post(forged, said):
    with pytest.raises(ValueError, match=said):
        read_code(forged)


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="text must be a result code as str, got bytes"):
        read_code(b"AQ")


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """Small packages in place of the runtimes: one for litert, one for onnxruntime-web."""
    monkeypatch.setenv("EDUKIT_CACHE", str(tmp_path / "cache"))
    archives = {name: archive(contents) for name, contents in CONTENTS.items()}
    found = packages(archives)
    for module in (fetching, hosted):
        monkeypatch.setattr(module, "manifest", lambda: found)
    for package in found:
        (tmp_path / package.archive).write_bytes(archives[package.name])
    return tmp_path


def test_a_folder_holds_all_that_a_phone_needs_and_no_labels(fetched, files, images):
    fetching.fetch(fetched)
    folder = write_page(files, images, fetched / "site", names=["zero", *"123456789"])
    document = json.loads((folder / "models.json").read_text())
    assert document["hosted"] is True and document["labels"][:2] == ["zero", "1"]
    contents = [(folder / entry["file"]).read_bytes() for entry in document["models"]]
    assert contents == [path.read_bytes() for path in files.values()]
    assert (folder / "images.bin").read_bytes() == images.tobytes()
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    runtime = {"runtime/utils/index.js", "runtime/utils/package.json", "runtime/utils/LICENSE"}
    page = {f"page/{path.name}" for path in hosted.PAGE.iterdir()}
    assert written == runtime | page | {"index.html", "models.json", "images.bin", "files/0.onnx", "files/1.onnx"}


def test_a_folder_is_written_again_but_no_other_folder_is_written_into(fetched, files, images):
    fetching.fetch(fetched)
    folder = write_page(files, images, fetched / "site")
    assert write_page({"one": files["INT8"]}, images, folder) == folder
    assert len(json.loads((folder / "models.json").read_text())["models"]) == 1
    with pytest.raises(ValueError, match="folder must be new or empty"):
        write_page(files, images, fetched)


def test_without_the_runtimes_it_says_how_to_fetch_them(fetched, files, images):
    with pytest.raises(ValueError, match=r"utils/index.js is missing: run `edukit phone fetch`"):
        write_page(files, images, fetched / "site")
    assert not (fetched / "site").exists()
