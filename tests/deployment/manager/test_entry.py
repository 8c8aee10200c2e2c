"""Lines of the registry: what is written is read again, also where people wrote it in their own way."""

import json

import numpy as np
import pytest

from edukit.deployment.manager.entry import Entry, read, written


def entries(count=5):
    drawn = np.random.default_rng(0)
    return {
        f"m{i} é": Entry(
            name=f"m{i} é",
            folder=str(i),
            files={'a,\n".onnx': [i, "x"]},
            accuracy=float(drawn.uniform()),
            version=f"{i},\n",
        )
        for i in range(count)
    }


@pytest.mark.parametrize("count", [0, 1, 5])
def test_what_is_written_is_read_again(count):
    models = entries(count)
    text = written(models.values())
    assert read(text) == models and json.loads(text).keys() == models.keys()
    assert written(read(text).values()) == text and len(text.splitlines()) == (count + 2 if count else 1)


def test_known_lines_are_not_parsed_again():
    models = read(written(entries().values()))
    again = read(written(models.values()), models.values())
    assert all(again[name] is models[name] for name in models)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_in_another_form_is_read_as_well(indent):
    text = json.dumps(json.loads(written(entries().values())), indent=indent)
    assert read(text) == entries() and read(text + "\n") == entries()


@pytest.mark.parametrize("text", ["", "{\n\n}\n", '{\n"a": {"b": 1}\n}\n', "{\nnot json\n}\n"])
def test_what_is_no_registry_is_refused(text):
    if text == "{\n\n}\n":
        assert read(text) == {}
    else:
        with pytest.raises((ValueError, TypeError)):
            read(text)
