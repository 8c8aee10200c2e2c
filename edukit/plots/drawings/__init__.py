"""Drawings of ideas: boxes, arrows, cells and number lines on one light sheet, every number on it computed by the kit.

sheet.py              the sheet that all drawings lie on, and words on it that are known to fit
shapes.py             boxes with words, arrows with corners, brackets, meters
cells.py              squares in rows or in a bank of filters, which fill up, empty, carry numbers and frames
number_line.py        ticks with words below, and a value that moves to the nearest of them
number_grid.py        range, scale, zero point, codes and the error of one number
integer_layer.py      two inputs on their way through an integer layer
placement_steps.py    how a block of a network becomes integers: folding, grids, integer operators
rounding_plane.py     two weights on their way to two codes, by three ways of rounding
four_ways.py          one layer made smaller in five ways, and its bytes
filter_bank.py        what four ways of pruning take out of the same filters
attention_fill.py     the weights of softmax attention beside the state of linear attention
elastic.py            what a network of a supernet uses of one stage: kernel, channels, blocks
frames.py             an area that stands for an image, and outlines of boxes on it
anchors.py            the anchors of one level around an object, and which of them answer for it
suppression_steps.py  boxes from the best to the worst, and what drops each of them
bifpn.py              three feature maps that tell each other what they see
block_memory.py       an inverted residual block, and which of its values are alive at each step
block.py              five building blocks of networks, with the channels and MACs of each layer
bit_fields.py         sign, exponent and fraction of one number, bit by bit
sign_product.py       two rows of signs, multiplied and counted
shared_scales.py      which weights of a matrix share a scale
model_memory.py       files on disk, and models in memory under a budget of bytes
shards.py             what a file in shards can answer when
pipeline.py           from a teacher to a file: what each step does to numbers, bytes and work
merged_codes.py       a histogram, a window of it, and what four codes still know of it
search_space.py       the choices of a search space, and the network that they make
weights_and_inputs.py  which weights go by their size, and which by size times the norm of their input
residual_channel.py    the filters and inputs that are one channel of a residual block
stored_row.py          the bytes of a row of weights in five formats
"""
