"""Notes: what the figures cannot tell is said, and only where it is so."""

from dataclasses import replace
from types import SimpleNamespace

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.result.found import Look
from edukit.deployment.compressing.result.notes import notes
from edukit.deployment.compressing.search import Candidate

CANDIDATE = Candidate("model", 1.0, "int8", 9000, 0.95, 1.0, 900, 5000)
GOOD = Look("accuracy", 0.98, 0.975, 1000)


def said(test=GOOD, *, classes=10, rows=1000, candidate=CANDIDATE, whys=()):
    examples = SimpleNamespace(validation=SimpleNamespace(x=range(rows)))
    return " ".join(notes(examples, test, classes, candidate, Budget(max_loss=1), list(whys)))


def test_with_labels_and_many_images_there_is_the_standard_error_alone():
    assert said() == "1000 test images: the standard error of 97.5% is 0.49 points."


def test_without_labels_it_says_what_it_cannot_know():
    words = said(Look("agreement", 1.0, 0.99, 1000))
    assert "No labels were used" in words and "cannot know" in words
    assert "standard error" not in said(Look("likeness", 1.0, 0.99, 1000))


def test_an_original_that_guesses_is_noticed():
    assert "hardly more than by guessing" in said(replace(GOOD, original=0.11))
    assert "guessing" not in said(replace(GOOD, original=0.3))


def test_few_images_and_a_bad_test_are_named():
    assert "One of 50 validation images is 2 points" in said(rows=50)
    assert "more than the budget allows" in said(replace(GOOD, quality=0.96))


def test_files_of_4_bits_name_their_reader_and_reasons_come_once():
    assert "opset 21" in said(candidate=replace(CANDIDATE, precision="int4"))
    assert said(whys=["it is so", "it is so"]).count("it is so") == 1
