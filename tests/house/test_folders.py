"""A folder is seen at one glance: it holds at most fifteen files, in the package and in its tests."""

from pathlib import Path

import edukit

PACKAGE, TESTS = Path(edukit.__file__).parent, Path(__file__).parents[1]
MOST = 15


def crowded(root: Path) -> dict[str, int]:
    """How many Python files each folder below the root holds, where there are too many."""
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    counts = {str(folder): len(list(folder.glob("*.py"))) for folder in folders}
    return {folder: count for folder, count in counts.items() if count > MOST}


def test_no_folder_holds_more_than_fifteen_files():
    assert not crowded(PACKAGE) and not crowded(TESTS)


def test_a_crowded_folder_is_seen(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    for number in range(MOST):
        (room / f"{number}.py").touch()
    assert not crowded(tmp_path)
    (room / "one_more.py").touch()
    assert crowded(tmp_path) == {str(room): 16}
