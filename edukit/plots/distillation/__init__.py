"""Pictures of distillation.

soft.py        the soft labels of one image, and how strongly they pull
few_labels.py  students with and without a teacher, the parts of a loss
"""
