"""Who reports the result of others names them: an entry with an address below Sources, an address, or a title."""

import pytest

from claims.prose import HELD, Lesson, lesson
from claims.sources import entries, names, without_source


@pytest.mark.parametrize("number", HELD)
def test_whoever_is_quoted_stands_below_sources_with_an_address(number):
    assert without_source(lesson(number)) == []


SOURCES = """## Sources

- Sun et al., *A Simple Approach* (Wanda), 2023, [arXiv:2306.11695](https://arxiv.org/abs/2306.11695): scores.
- Zhu & Gupta, *To prune, or not*, 2017, [arXiv:1710.01878](https://arxiv.org/abs/1710.01878). Hu, *Nothing*, 2016.
- The article 《模型》.
"""


def made_up(text):
    return Lesson("x", [{"cell_type": "markdown", "source": f"{text}\n\n{SOURCES}"}])


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("It wins (Sun et al., 2023).", []),
        ("It wins (Sun et al., 2022).", ["Sun et al., 2022"]),
        ("It wins (Sum et al., 2023).", ["Sum et al., 2023"]),
        ("Zhu & Gupta (2017) win.", []),
        ("Zhu & Gupta (2018) win.", ["Zhu & Gupta (2018"]),
        ("It wins (Migacz 2017).", ["Migacz 2017"]),
        ("Hu et al. win.", ["Hu et al."]),
        ("Li and Liu propose it.", ["Li and Liu propose"]),
        ("[Hu et al. 2016](https://example.org) win.", []),
        ("The paper wins.", ["The paper"]),
        ("The paper on Wanda wins.", []),
        ("Somebody reports a win.", ["reports"]),
        ("Gupta reports a win.", []),
        ("The published results agree.", ["published result"]),
        ("The published results [agree](https://example.org).", []),
        ("They promise 3 times.", ["promise "]),
        ("The article 《模型》 says it.", []),
        ("The article 《模》 says it.", ["《模》"]),
        ("The article says it.", ["The article"]),
        ('A vendor says "the paper reports it".', []),
        ("Read in November 2024, and in 2022.", []),
        ("## To discuss\n\nThe paper wins.", []),
    ],
)
def test_a_planted_result_of_others_is_found_and_a_listed_one_is_not(text, missing):
    assert [line.split("'")[1] for line in without_source(made_up(text))] == missing


def test_an_entry_without_an_address_is_no_source():
    listed = entries(made_up(""))
    assert len(listed) == 2 and not any("Hu," in entry for entry in listed)
    assert names(listed[0]) == ["Sun", "A Simple Approach", "A Simple Approach", "Wanda"]


def test_the_message_names_lesson_cell_and_paragraph():
    assert without_source(made_up("The paper wins.")) == ["x, cell 0: 'The paper' in 'The paper wins.'"]
