"""Fusion: which operators of a file the runtime makes into one, so that values do not go out to memory between them.

    Conv → BatchNormalization → Relu               1 FusedConv     the norm is folded into the weights
    Dequantize → Conv → Relu → Quantize            1 QLinearConv   both conversions are absorbed

A fused operator stands for every operator of the file between its inputs and its outputs: values keep their names, so
that the walk back from its outputs ends where another operator's output is.

Source    https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html
In production  Netron, with the file and the optimized file side by side
"""

from collections import Counter
from dataclasses import dataclass

from edukit.checked import checked
from edukit.deployment.explain.optimized import optimized, read
from edukit.table import Table

HEADS = ("after", "times", "before")


@dataclass(frozen=True)
class Node:
    """An operator of a graph."""

    name: str
    kind: str


@dataclass(frozen=True)
class Fused:
    """An operator of the optimized graph, and the operators of the file that it stands for.

    covers    in the file's order; empty where the runtime added the operator
    """

    node: Node
    covers: tuple[Node, ...]

    @property
    def is_new(self) -> bool:
        return not self.covers


@dataclass(frozen=True)
class Fusion:
    """A graph before and after.

    before, after   operators of the file, and of the optimized graph in the file's own layout
    executed        operators that run, with the changes of layout for this processor
    fused           every operator after, with those that it stands for
    gone            operators of the file that no operator after stands for: computed once, or without effect
    """

    before: Counter
    after: Counter
    executed: Counter
    fused: list[Fused]
    gone: tuple[Node, ...]

    @property
    def table(self) -> Table:
        """A row for each kind of fusion, the most frequent first."""
        kinds = Counter((f.node.kind, " + ".join(words(n.kind for n in f.covers)) or "new") for f in self.fused)
        rows = [(after, f"{count}", before) for (after, before), count in kinds.most_common()]
        return Table(HEADS, rows, "The operators after fusion, and those that each stands for, in a table.")

    @property
    def sentence(self) -> str:
        joined = sum(len(f.covers) > 1 for f in self.fused)
        gone = f"; {len(self.gone)} are gone" if self.gone else ""
        return (
            f"{self.before.total()} operators of the file become {self.after.total()}, and {self.executed.total()} "
            f"with the changes of layout: {joined} stand for more than one{gone}."
        )


@checked
def fusion(path) -> Fusion:
    """The graph of an ONNX file before and after ONNX Runtime's optimization, with what became of each operator.

    Raises ValueError for a file that is missing, damaged or cannot be run.
    """
    model = read(path)
    after = optimized(model, "extended")
    values = {name for node in after.graph.node for name in node.output} | {x.name for x in model.graph.input}
    makers = {name: i for i, node in enumerate(model.graph.node) for name in node.output}
    nodes = [Node(node.name, node.op_type) for node in model.graph.node]
    covered = [sorted(_between(node.output, model.graph.node, makers, values)) for node in after.graph.node]
    named = zip(after.graph.node, covered, strict=True)
    fused = [Fused(Node(node.name, node.op_type), tuple(nodes[i] for i in places)) for node, places in named]
    met = {i for places in covered for i in places}
    return Fusion(
        Counter(node.kind for node in nodes),
        Counter(node.op_type for node in after.graph.node),
        Counter(node.op_type for node in optimized(model).graph.node),
        fused,
        tuple(node for i, node in enumerate(nodes) if i not in met),
    )


def words(kinds) -> list[str]:
    """Operators in the file's order, equal neighbours counted.

    >>> words(["DequantizeLinear", "DequantizeLinear", "Conv", "Relu"])
    ['2 DequantizeLinear', 'Conv', 'Relu']
    """
    found = []
    for kind in kinds:
        if found and found[-1][0] == kind:
            found[-1][1] += 1
        else:
            found.append([kind, 1])
    return [f"{count} {kind}" if count > 1 else kind for kind, count in found]


def _between(outputs, nodes, makers, values) -> set[int]:
    """The places of the file's nodes from these values back to any other value that is there after."""
    found = set()
    left = [makers[name] for name in outputs if name in makers]
    while left:
        place = left.pop()
        found.add(place)
        back = [name for name in nodes[place].input if name in makers and name not in values]
        left += [makers[name] for name in back if makers[name] not in found]
    return found
