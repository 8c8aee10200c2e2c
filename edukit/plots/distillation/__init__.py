"""Pictures of distillation.

soft.py          the soft labels of one image, and how strongly they pull
few_labels.py    students with and without a teacher
capacity_gap.py  a tiny student of a large and of a middle teacher
peaks.py         one peak for two, in both directions of the divergence
"""
