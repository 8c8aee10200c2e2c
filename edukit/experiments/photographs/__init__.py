"""Photographs: whether what the lessons say of digits holds for CIFAR-10.

network.py     ResNet-20, and how its training images are changed
train.py       trains it, and reads it back: datasets/resnet20.safetensors
what_holds.py  fewer bits, zeros and channels: the table datasets/photographs.csv
"""
