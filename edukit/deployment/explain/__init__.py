"""Why is it (not) faster? What a runtime really does with a file.

executed.py  the operators that are executed, after the runtime's own optimization
"""
