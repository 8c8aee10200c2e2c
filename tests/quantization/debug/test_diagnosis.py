"""A diagnosis shows itself: as text in a terminal, as a table in a notebook."""

from edukit.quantization import Diagnosis
from edukit.quantization.debug.diagnosis import Step

COST = Step("quantized", "what does it cost?", "0.955 → 0.42", "0.535 lost")
FOUND = Diagnosis(
    "wild inputs", [COST, Step("weights only", "them?", "1", "no")], ["leave input 17 out", "or clip <it>"]
)


def test_as_text_every_column_begins_in_one_place():
    head, rule, first, second, empty, *rest = repr(FOUND).splitlines()
    assert head.split() == ["step", "question", "measured", "verdict"] and set(rule) == {"─"} and empty == ""
    for word, one, two in (("question", "what", "them?"), ("measured", "0.955 →", "1"), ("verdict", "0.535", "no")):
        assert head.index(word) == first.index(one) == second.index(two, head.index(word))
    assert len(rule) == max(map(len, (head, first, second)))
    assert rest == ["cause: wild inputs", "  → leave input 17 out", "  → or clip <it>"]


def test_as_html_it_is_a_table_with_heads_and_nothing_in_it_is_a_tag():
    html = FOUND._repr_html_()
    assert html.count('<th scope="col"') == 4 and html.count("<tr>") == 3 and html.count("<td ") == 8
    assert ">0.955 → 0.42</td>" in html and "<b>wild inputs</b>" in html
    assert "<li>or clip &lt;it&gt;</li>" in html and "<it>" not in html
    assert "&lt;b&gt;" in Diagnosis("<b>")._repr_html_()


def test_one_without_steps_shows_its_heads():
    assert repr(Diagnosis("nothing")).splitlines()[0] == "step  question  measured  verdict"


def test_two_diagnoses_share_no_list():
    one, other = Diagnosis(), Diagnosis()
    one.advice.append("more bits")
    one.scores["float"] = 1.0
    assert (other.advice, other.scores) == ([], {})
