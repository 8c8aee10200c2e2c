"""A bundled file with one wrong bit, put in the place of the real one."""

from pathlib import Path

from edukit import bundled


def damage(name: str, folder: Path, monkeypatch) -> None:
    """Whoever asks for this bundled file gets a copy of which the last bit is another one."""
    content = bytearray(bundled.path(name).read_bytes())
    content[-1] ^= 1
    copy = folder / Path(name).name
    copy.write_bytes(content)
    real = bundled.path
    monkeypatch.setattr(bundled, "path", lambda asked: copy if asked == name else real(asked))
