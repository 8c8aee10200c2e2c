"""The machine is described well enough to tell it from another one."""

import json

import torch

from edukit.deployment.machine import machine


def test_the_machine_is_described():
    described = machine()
    assert described["torch"] == torch.__version__ and json.dumps(described) and all(described.values())
