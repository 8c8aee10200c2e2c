"""Output: the folder with everything that an app needs, whole or not there.

    model.onnx  model.pte  model.tflite    of every runtime that is installed here, sealed
    MODEL_CARD.md  report.html  results.json
    app/        code that runs each file: Kotlin, Swift, ArkTS

All is written into a hidden folder beside the place, which is then renamed.
"""

import html
import json
import os
import tempfile
from pathlib import Path

from torch import nn

from edukit.deployment.compressing.choice import write_onnx
from edukit.deployment.files.export import FORMATS, export
from edukit.deployment.snippets.written import languages, snippet
from edukit.disk.sealed import remove_orphans
from edukit.errors import first_line

ENDS = {"kotlin": "kt", "swift": "swift", "arkts": "ets"}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; display: block; overflow-x: auto }} th, td {{ padding: .2rem .7rem }}</style>
<h1>{title}</h1>
{body}
</html>
"""


def checked_output(output) -> Path | None:
    """The folder's path, before any work: a new or an empty folder that can be made; ValueError for anything else."""
    if output is None:
        return None
    if not isinstance(output, str | Path) or not str(output):
        raise ValueError(f"output must name a folder, got {output!r}")
    folder = Path(os.path.abspath(Path(output).expanduser()))
    try:
        if folder.is_symlink() or folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(f"output must be a new or an empty folder, and {folder} is neither")
        made = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".edukit-"):
                pass
        finally:
            for path in made:
                path.rmdir()
    except OSError as error:
        raise ValueError(f"output must be a folder that can be made, {folder} cannot: {error}") from error
    except ValueError as error:
        raise error if str(error).startswith("output") else ValueError(f"output: {error}") from error
    return folder


def write_files(model: nn.Module, x, folder: Path, formats) -> dict[str, Path | str]:
    """{format: the path of model.onnx, .pte or .tflite, or why it could not be written}."""
    found: dict[str, Path | str] = {}
    for format in formats:
        path = folder / f"model{FORMATS[format]}"
        try:
            found[format] = write_onnx(model, x, path) if format == "onnx" else export(model, x[:2], path)
        except ValueError as error:
            found[format] = first_line(error)
    return found


def write_snippets(paths, folder: Path) -> list[str]:
    """Write app/ for the files, and return why some code could not be written."""
    (folder / "app").mkdir()
    failed = []
    for path in paths:
        for language in languages(path):
            try:
                code = snippet(path, language)
            except ValueError as error:
                failed.append(f"No {language} for {path.name}: {first_line(error)}")
                continue
            (folder / "app" / f"{path.suffix[1:]}.{ENDS[language]}").write_text(code, encoding="utf-8")
    return failed


def write_report(title: str, body: str, results: dict, card: str, folder: Path) -> None:
    """The three files for people and programs."""
    page = PAGE.format(title=html.escape(title), body=body)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def staged(folder: Path) -> tempfile.TemporaryDirectory:
    """A hidden folder beside the place; those of runs that were killed are taken away."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_orphans(folder.parent, ".edukit-*")
    return tempfile.TemporaryDirectory(dir=folder.parent, prefix=".edukit-", ignore_cleanup_errors=True)


def put_in_place(staging: Path, folder: Path) -> None:
    """Rename: whoever looks finds no folder, or the whole one."""
    os.chmod(staging, 0o777 & ~_umask())  # a temporary folder is for its owner alone
    if folder.exists():
        folder.rmdir()
    os.replace(staging, folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
