"""The signature of a file: names and shapes of what goes in and comes out, where the format has no place for them.

    file = content + {"edukit.sha256": "behind", "inputs": {name: shape}, "outputs": {name: shape}} + seal

ExecuTorch's files have no names, and both formats for phones hold one row where the model takes any number of them:
"batch" in a shape says which axis that is. Both readers ignore what stands behind a file; LiteRT keeps labels there.

The first word is the key of the seal, so that a file which lost its end is known for a sealed one.

Source    https://ai.google.dev/edge/litert/models/metadata, "associated files"
In production  LiteRT's signatures; for ExecuTorch the app's code knows the order of the inputs
"""

import json
from dataclasses import asdict, dataclass

from edukit.deployment.files.seal import KEY

START = b'{"' + KEY + b'": "behind", '


@dataclass(frozen=True)
class Signature:
    """names -> shapes; "batch" where the model takes any number of rows."""

    inputs: dict[str, tuple]
    outputs: dict[str, tuple]


def with_signature(content: bytes, signature: Signature) -> bytes:
    """The content with its signature behind it.

    >>> signature_of(with_signature(b"content", Signature({"x": ("batch", 3)}, {"y": ("batch", 2)}))).outputs
    {'y': ('batch', 2)}
    """
    return content + START + json.dumps(asdict(signature)).encode()[1:]


def signature_of(content: bytes) -> Signature | None:
    """The signature of a file that has one, sealed or not; None for a file of another tool."""
    start = content.rfind(START)
    if start < 0:
        return None
    found, _ = json.JSONDecoder().raw_decode(content[start:].decode("utf-8", "replace"))
    both = ({name: tuple(shape) for name, shape in found[kind].items()} for kind in ("inputs", "outputs"))
    return Signature(*both)
