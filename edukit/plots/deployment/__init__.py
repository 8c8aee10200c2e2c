"""Pictures of deployment.

fusion.py     the operators of a file, and what the runtime makes of them
explain.py    time by operator, and the file's layers under the roofline
runtimes.py   how much faster INT8 is in four runtimes; one plot for several files
estimates.py  latency by estimate: layer by layer, and beside what was measured
front.py      which models a device can run
heat.py       how warm a device gets under load, and how fast it stays
phone_board.py  each phone of a class: latency, INT8 against FP32, accuracy
phone_heat.py   how much longer a run takes while phones get warm
day.py        a day of a phone: requests, warmth, battery, the model in use
"""
