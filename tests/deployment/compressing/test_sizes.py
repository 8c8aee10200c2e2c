"""Sizes: one written file tells the size of the others, within 2 %."""

import pytest

from edukit.deployment.compressing.sizes import packed_bytes, tensor_bytes
from edukit.deployment.files.to_onnx import onnx_bytes


@pytest.mark.parametrize("precision", ["int8", "int4"])
def test_the_size_of_a_smaller_network_is_known_without_its_file(networks, precision):
    x = networks.examples.calibration.x

    def written(share, precision):
        return packed_bytes(onnx_bytes(networks.finished("model", share, precision), (x[:2],)))

    beside = written(1.0, "int8") - tensor_bytes(networks.finished("model", 1.0, "int8"), x)
    predicted = beside + tensor_bytes(networks.finished("model", 0.5, precision), x)
    assert predicted == pytest.approx(written(0.5, precision), rel=0.02)


def test_a_float_network_counts_its_folded_weights(networks):
    x = networks.examples.calibration.x
    weights = 16 * 9 + 16 + 32 * 16 * 9 + 32 + 128 * 3 + 3  # the norm is in the first layer
    assert tensor_bytes(networks.finished("model", 1.0, "float32"), x) == 4 * weights
