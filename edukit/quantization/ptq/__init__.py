"""Post-training quantization: a trained model gets integer codes, without training. Lessons 03 and 03b.

static.py         quantize_model: grids found once, on calibration data
fold.py           batch norm folded into the layer before it, or behind it
standard_form.py  linear layers and average pooling, however they were written
placement.py      which values of a graph get a grid, and which grid
floats.py         the report: what stays in float between the integers, and what it costs
rewrite.py        every layer on codes, every value on its grid: the QDQ form
layerwise.py      float and quantized network side by side, layer by layer
rounding.py       GPTQ, bias correction: codes that suit the layer's output
adaround.py       AdaRound: each weight learns whether its code goes up or down
dynamic.py        quantize_dynamic: grids found anew for every input
pairs.py          which layers read the channels that another layer makes
equalize.py       cross-layer equalization
smooth.py         SmoothQuant and AWQ
"""
