"""The panels of deployment.

device.py  which models a device can run, and a day of a phone
"""
