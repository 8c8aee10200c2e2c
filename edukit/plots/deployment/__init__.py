"""Pictures of deployment.

fusion.py   the operators of a file, and what the runtime makes of them
explain.py  time by operator, and the file's layers under the roofline
"""
