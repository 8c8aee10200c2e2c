"""The manifest: complete, with real checksums; a package is unpacked only when it is the published one."""

import base64
import dataclasses

import pytest
from phone_packages import BARE, CONTENTS, PATH, archive, packages

from edukit import bundled
from edukit.deployment.phone.fetch import LICENCES, runtime_folder
from edukit.deployment.phone.packages import manifest

ARCHIVES = {name: archive(contents) for name, contents in CONTENTS.items()}
CORE, UTILS = packages(ARCHIVES)


def test_every_package_has_its_checksums_and_a_known_licence():
    for package in manifest():
        kind, digest = package.integrity.split("-", 1)
        assert kind == "sha512" and len(base64.b64decode(digest)) == 64, package.name
        assert package.licence in LICENCES and package.runtime in ("litert", "onnxruntime-web")
        for file in package.files:
            assert all(size > 0 and len(bytes.fromhex(sha256)) == 32 for size, sha256 in (file.published, file.cached))
            assert (file.published == file.cached) == (file.change is None), file.path
        names = [file.name for file in package.files]
        assert len(set(names)) == len(names) and "package.json" in names  # one folder in the cache for all of them


def test_no_file_of_these_packages_is_in_the_kit():
    wanted = {file.name for package in manifest() for file in package.files} - {"package.json", "README.md"}
    assert not [path for path in bundled.PACKAGE.rglob("*") if path.name in wanted]
    assert not runtime_folder().is_relative_to(bundled.ROOT)


def test_a_package_is_unpacked_only_when_it_is_the_published_one():
    assert CORE.unpacked(ARCHIVES["core"]) == CONTENTS["core"]
    for at in range(0, len(ARCHIVES["utils"]), 7):
        damaged = bytearray(ARCHIVES["utils"])
        damaged[at] ^= 1
        with pytest.raises(ValueError, match=r"utils-1.2.3.tgz is not as published: sha512-"):
            UTILS.unpacked(bytes(damaged))


def test_links_and_files_that_nobody_asked_for_stay_in_the_package():
    contents = {**CONTENTS["core"], "../../outside": b"x", "dist/other.js": b"x"}
    del contents["package.json"]
    hostile = archive(contents, **{"package.json": "/etc/hostname"})
    (package,) = packages({"core": hostile}, ["litert"])
    assert sorted(package.unpacked(hostile)) == ["dist/index.js", "wasm/core.wasm"]


def test_what_is_no_archive_is_refused_even_with_the_right_checksum():
    (package,) = packages({"core": b"no archive"}, ["litert"])
    with pytest.raises(ValueError, match=r"example-core-1.2.3.tgz cannot be unpacked"):
        package.unpacked(b"no archive")


def test_one_line_is_changed_in_the_cached_copy_and_no_other_content_is_taken():
    index, wasm, _ = CORE.files
    assert index.content(CONTENTS["core"]["dist/index.js"]).decode() == f"import {{ load }} {PATH};\n"
    assert BARE not in PATH and wasm.content(CONTENTS["core"]["wasm/core.wasm"]) == CONTENTS["core"]["wasm/core.wasm"]
    with pytest.raises(ValueError, match=r"wasm/core.wasm is not as published: 9 bytes"):
        wasm.content(b"otherwise")
    assert dataclasses.replace(index, path="a/b/c.js").name == "c.js"


def test_addresses_are_those_of_a_registry_of_npm():
    assert (CORE.archive, CORE.address) == ("example-core-1.2.3.tgz", "@example/core/-/core-1.2.3.tgz")
    assert (UTILS.archive, UTILS.address) == ("utils-1.2.3.tgz", "utils/-/utils-1.2.3.tgz")
