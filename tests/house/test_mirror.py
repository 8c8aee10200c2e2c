"""The tests mirror the package: a file of the maths has a file of tests of the same name, in the same folder."""

from pathlib import Path

import edukit

PACKAGE, TESTS = Path(edukit.__file__).parent, Path(__file__).parents[1]
ELSEWHERE = {  # tested where it is used
    "bundled.py": "house/test_package.py",
    "deployment/snippets/executorch.py": "deployment/snippets/test_app_runtimes.py",
    "deployment/snippets/litert.py": "deployment/snippets/test_app_runtimes.py",
    "experiments/networks/make_trained.py": "networks/test_trained.py",
    "experiments/networks/make_writers.py": "networks/test_trained_writer.py",
    "quantization/debug/questions.py": "quantization/debug/test_diagnose.py",
    "quantization/debug/trials.py": "quantization/debug/test_diagnose.py",
}
DRAWN = {"checks", "plots", "panels"}  # a file of tests for each topic: what they draw and ask is tested together


def test_every_file_of_the_maths_has_its_tests():
    files = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if not path.name.startswith("__")]
    for file in (file for file in files if file.parts[0] not in DRAWN):
        tests = TESTS / ELSEWHERE.get(file.as_posix(), file.with_name(f"test_{file.name}"))
        assert tests.is_file(), file


def test_no_tests_are_left_behind_without_their_file():
    for tests in (
        TESTS / room for room in ("quantization", "pruning", "distillation", "networks", "deployment", "search")
    ):
        for path in tests.rglob("test_*.py"):
            file = PACKAGE / path.relative_to(TESTS).with_name(path.name.removeprefix("test_"))
            named = path.relative_to(TESTS).as_posix() in ELSEWHERE.values()
            assert file.is_file() or named or path.parent == TESTS / "quantization", path
