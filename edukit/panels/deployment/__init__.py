"""The panels of the lessons on deployment.

explained.py  what a runtime does with a file: fusion, time by operator, the roofline (lesson 13)
app_code.py   the code with which an app runs a file (lesson 13)
device.py     which models a device can run, and a day of a phone (lesson 14)
"""

from edukit.panels.deployment.app_code import AppCode
from edukit.panels.deployment.explained import agreement, faster, fused, operator_times, roofline

__all__ = ["AppCode", "agreement", "faster", "fused", "operator_times", "roofline"]
