"""The glossary: one table, its page, and no term of a lesson is missing."""

import json
import re

import order
import pytest

from edukit import bundled
from edukit.course import written
from edukit.glossary import TERMS, find, page

BOLD = re.compile(r"\*\*(.+?)\*\*")
EMPHASIS = """
add in many; alive; all three; alone; answers for; assumed; behind; both sides together; call; calls outweigh the
work; channels as they come; cliff; column; compact networks; count the layers yourself; derived; even; filler; found;
four; further; gradients; guesses; half; held; idle; inputs of one bit; lesson 07; measure the teacher first; move the
slider; no label at all; no negative half; not be there; not trained; on average; once; one; one shape; probabilities;
published; pull; random weights; reach; reads better; relative; row; same function; sum; shufflenet; spot the error;
table; thin layers; three seeds; times faster; torch; two channels away; weights and activations; where; whole number;
x86
"""
NO_TERMS = set(" ".join(EMPHASIS.split()).split("; "))  # bold in a lesson because they are stressed


def bold(lesson) -> set[str]:
    """What a lesson prints in bold that could be a term: at most four words, no sentence, no number."""
    cells = json.loads(bundled.path(f"notebooks/{lesson.file}").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    short = {words for words in BOLD.findall(text) if len(words.split()) <= 4}
    return {
        words for words in short if re.match(r"[A-Za-z]", words) and not re.search(r"[?.!:;]$|^[Ee]xercise \d", words)
    }


def plain(words: str) -> str:
    return re.sub(r"^(a|an|the) ", "", words.lower())


@pytest.mark.parametrize("lesson", written(), ids=lambda lesson: lesson.number)
def test_every_term_of_a_lesson_stands_in_the_glossary(lesson):
    missing = {words for words in bold(lesson) if not find(words) and plain(words) not in NO_TERMS}
    assert not missing, "a line in edukit/glossary.py for a term, a word in EMPHASIS for what is only stressed"


def test_what_is_only_stressed_is_no_term():
    assert not [words for words in NO_TERMS if find(words)]


def test_a_bold_word_that_nobody_knows_would_be_found():
    assert find("unheard-of") is None and "unheard-of" not in NO_TERMS


def test_every_name_stands_once_and_every_line_is_whole():
    names = [name.lower() for term in TERMS for name in term.names]
    assert len(set(names)) == len(names)
    assert all(term.chinese and 8 < len(term.meaning) < 100 and not term.meaning.endswith(".") for term in TERMS)


def test_most_chinese_names_are_chinese():
    latin = [term.names[0] for term in TERMS if not re.search(r"[\u4e00-\u9fff]", term.chinese)]
    assert set(latin) == {"ExecuTorch", "GPTQ", "LiteRT", "logit", "NVFP4", "ONNX Runtime", "SparseGPT", "Wanda"}


def test_the_page_has_every_term_and_stands_as_the_table_says():
    text = bundled.path("notebooks/GLOSSARY.md").read_text(encoding="utf-8")
    assert text == page() == order.texts()[order.ROOT / "notebooks" / "GLOSSARY.md"], "run: python tests/order.py"
    assert all(f"| **{term.names[0]}** | {term.chinese} |" in text for term in TERMS)
