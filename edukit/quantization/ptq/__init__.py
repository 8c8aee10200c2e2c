"""Post-training quantization: a trained model gets integer codes, without training. Lesson 03.

placement.py    which values of a graph get a grid
fold.py         batch norm folded into the layer before it
operators.py    quantize and dequantize as operators of a graph
rewrite.py      every layer on codes: the QDQ form
static.py       quantize_model: ranges found once, on calibration data
dynamic.py      quantize_dynamic: ranges found anew for every input
layerwise.py    float and quantized network side by side, layer by layer
rounding.py     GPTQ, AdaRound, bias correction: codes that suit the layer's output
pairs.py        which layers read the channels that another layer makes
equalize.py     cross-layer equalization
smooth.py       SmoothQuant and AWQ
"""
