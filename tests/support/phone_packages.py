"""Two small packages like those of a phone's page, which the tests of fetching and of hosting share."""

import base64
import hashlib
import io
import tarfile

from edukit.deployment.phone.packages import File, Package

BARE, PATH = 'from "@example/utils"', 'from "../utils/index.js"'
CONTENTS = {
    "core": {
        "dist/index.js": f"import {{ load }} {BARE};\n".encode(),
        "wasm/core.wasm": b"\0asm" + bytes(range(256)) * 800,
        "package.json": b'{"version": "1.2.3", "license": "Apache-2.0"}',
    },
    "utils": {"dist/index.js": b"export const load = 1;\n", "package.json": b'{"version": "1.2.3", "license": "MIT"}'},
}
NPM = {"core": "@example/core", "utils": "utils"}
LICENCE = {"core": "Apache-2.0", "utils": "MIT"}


def archive(contents: dict[str, bytes], **links: str) -> bytes:
    """A .tgz as npm packs it: every file in the folder package/; links by name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in links.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.type = tarfile.SYMTYPE
            member.linkname = target
            tar.addfile(member)
    return out.getvalue()


def packages(archives: dict[str, bytes], runtimes=("litert", "onnxruntime-web")) -> tuple[Package, ...]:
    """The manifest of these archives."""
    return tuple(
        Package(
            name=name,
            runtime=runtime,
            npm=NPM[name],
            version="1.2.3",
            licence=LICENCE[name],
            published=described(content),
            integrity="sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode(),
            files=tuple(file(path, content) for path, content in CONTENTS[name].items()),
        )
        for (name, content), runtime in zip(archives.items(), runtimes, strict=True)
    )


def file(path: str, content: bytes) -> File:
    """A file of the manifest; the one with the bare import is changed."""
    changed = content.replace(BARE.encode(), PATH.encode())
    return File(path, described(content), described(changed), (BARE, PATH) if changed != content else None)


def described(content: bytes) -> tuple[int, str]:
    """Bytes and SHA-256."""
    return len(content), hashlib.sha256(content).hexdigest()
