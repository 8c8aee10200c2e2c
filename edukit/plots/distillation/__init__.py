"""Pictures of distillation, a file for each topic.

soft     a picture's soft labels, and how hard they pull · alone  alone against taught, and the parts of a loss
"""
