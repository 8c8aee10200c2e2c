"""ExecuTorch: threads belong to the process; each session runs on its own number of them."""

import numpy as np
import pytest
from mobile_networks import IMAGES, quantized

from edukit.deployment import export, load

pytest.importorskip("executorch")


def test_sessions_of_different_threads_take_turns(tmp_path):
    from executorch.extension.pybindings.portable_lib import _threadpool_get_thread_count

    path = export(quantized("vgg"), IMAGES[:1], tmp_path / "model.pte")
    one, two = load(path, threads=1), load(path, threads=2)
    answers = []
    for session in (one, two, one):
        answers.append(session(IMAGES[:4]))
        assert _threadpool_get_thread_count() == session.threads
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
    answers[0][:] = 0
    assert answers[2].any()  # a copy of what the program holds
