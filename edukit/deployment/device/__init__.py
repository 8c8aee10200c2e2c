"""The device: what a model costs on it, where that can be estimated.

energy.py  energy per inference, an estimate from counted operations
"""
