"""A signature comes back as it went in, and a file that lost its end is known for a sealed one."""

from edukit.deployment.files.seal import is_intact, sealed
from edukit.deployment.files.signature import START, Signature, signature_of, with_signature

SAID = Signature({"input": ("batch", 3, 16), "mask": (5, 5), "ü": ()}, {"output": ("batch",)})


def test_what_was_said_comes_back():
    assert signature_of(sealed(with_signature(b"\x00content{", SAID))) == SAID
    assert signature_of(b"another tool's") is None


def test_a_file_that_lost_its_end_is_damaged():
    content = sealed(with_signature(b"content", SAID))
    ends = range(len(b"content" + START), len(content))
    assert is_intact(content) and len(ends) > 150 and not any(is_intact(content[:end]) for end in ends)
