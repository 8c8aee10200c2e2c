"""The panels of the lessons on deployment.

explained.py   what a runtime does with a file: fusion, time by operator, the roofline (lesson 13)
app_code.py    the code with which an app runs a file (lesson 13)
interfaces.py  what the interfaces of 2024 became, with links (lesson 13)
profiles.py    the figures of four devices, and what three systems offer, with links (lesson 14)
device.py      what a model costs on a device, what is in its memory, and a day of a phone (lesson 14)
phone_board.py  the live board of the phones of a class (lesson 15)
"""

from edukit.panels.deployment.app_code import AppCode
from edukit.panels.deployment.device import estimates, front, heat, layer_times, memory, phone_day, shards
from edukit.panels.deployment.explained import agreement, faster, fused, operator_times, roofline
from edukit.panels.deployment.interfaces import Interfaces
from edukit.panels.deployment.phone_board import LiveBoard, phone_figures, phone_heat
from edukit.panels.deployment.profiles import Profiles, Systems

__all__ = [
    "AppCode",
    "Interfaces",
    "LiveBoard",
    "Profiles",
    "Systems",
    "agreement",
    "estimates",
    "faster",
    "front",
    "fused",
    "heat",
    "layer_times",
    "memory",
    "operator_times",
    "phone_day",
    "phone_figures",
    "phone_heat",
    "roofline",
    "shards",
]
