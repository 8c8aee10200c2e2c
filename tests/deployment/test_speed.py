"""Three ways to run one network, in common rounds, on one thread."""

import torch

from edukit.deployment.speed import measure_speed


def test_speed_measures_three_ways_and_restores_the_threads(tmp_path):
    before = torch.get_num_threads()
    speed = measure_speed(tmp_path, size=32, least_s=0.01)
    assert min(speed.eager.median_s, speed.float_file.median_s, speed.int8_file.median_s) > 0
    assert torch.get_num_threads() == before
