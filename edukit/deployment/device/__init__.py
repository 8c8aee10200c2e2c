"""The device: what a model costs on it, where that can be estimated, and what this machine can measure.

This machine as a device, with measured roofs: `explain/roofline.py`.

profiles.py  watch, phone, tablet, smart screen: figures with kind and source
energy.py    energy per inference, an estimate from counted operations
roofline.py  latency, an estimate layer by layer
thermal.py   warmth and speed under a sustained load, an estimate
estimate.py  costs of a model on a device, and the reasons why it does not fit
rapl.py      energy measured by the processor's counter
systems.py   what Android, iOS and HarmonyOS tell an app of heat and memory, and how they deliver models
"""
