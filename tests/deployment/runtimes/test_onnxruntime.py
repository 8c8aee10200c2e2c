"""ONNX Runtime: a file as it is written, and as the runtime makes it."""

from pathlib import Path

import numpy as np
import torch
from mobile_networks import IMAGES, quantized

from edukit.deployment import export
from edukit.deployment.runtimes.onnxruntime import inference_session, opened


def test_a_file_as_it_is_written_computes_what_torch_computes(tmp_path):
    content = export(quantized("vgg"), IMAGES[:1], tmp_path / "model.onnx").read_bytes()
    written = opened(content, 1, Path("model.onnx"), as_written=True)
    (answers,) = written.run([IMAGES])
    own = quantized("vgg")(torch.from_numpy(IMAGES)).detach().numpy()
    assert (answers == own).mean() > 0.9 and written.types == [np.dtype(np.float32)]
    options = inference_session(content, 2, Path("model.onnx")).get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)
