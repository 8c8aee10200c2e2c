"""The exercises of the lessons on quantization.

affine    the formula, and the choice of the grid · channels  a scale for each channel, and what it all weighs
"""

from edukit.checks.quantization.affine import CHOOSE_QPARAMS as choose_qparams
from edukit.checks.quantization.affine import QUANTIZE as quantize
from edukit.checks.quantization.channels import CHANNEL_SCALES as channel_scales
from edukit.checks.quantization.channels import COMPRESSION_RATIO as compression_ratio

__all__ = ["channel_scales", "choose_qparams", "compression_ratio", "quantize"]
