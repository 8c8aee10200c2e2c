"""The panels of the lessons on deployment.

explained.py   what a runtime does with a file: fusion, time by operator, the roofline (lesson 13)
app_code.py    the code with which an app runs a file (lesson 13)
interfaces.py  what the interfaces of 2024 became, with links (lesson 13)
device.py      which models a device can run, and a day of a phone (lesson 14)
"""

from edukit.panels.deployment.app_code import AppCode
from edukit.panels.deployment.explained import agreement, faster, fused, operator_times, roofline
from edukit.panels.deployment.interfaces import Interfaces

__all__ = ["AppCode", "Interfaces", "agreement", "faster", "fused", "operator_times", "roofline"]
