"""Why is it (not) faster? What a runtime really does with a file.

executed.py   the operators that are executed, after the runtime's own optimization
optimized.py  the graph that ONNX Runtime makes of a file
inputs.py     inputs of the kind that a file takes
layers.py     what the weights of an executed operator say: width, MACs, zeros
profile.py    time by operator, from ONNX Runtime's own profiler
xnnpack.py    the same of a .pte file, from the profiler of XNNPACK
roofline.py   what this machine can do at best
causes.py     why a file is slow, by name, each by a rule with a number
fusion.py     graph before and after, and which operators became which
shown.py      a file's graph in the browser, by Netron, without phoning out
explained.py  explain(path): a table and one sentence
"""
