"""Experiments on pruning: what it keeps, what zeros weigh, and what it gains in time.

half_the_macs.py   half of the multiply-accumulates, accuracy and speed: datasets/half_the_macs.csv (lesson 07)
sparse_speed.py    what zeros weigh, and how long they take (lesson 06b)
which_weights.py   what networks name without the smallest weights, by three rules, and by Wanda's (lesson 06)
small_networks.py  schedules, tickets, a new task, the same bytes: networks that train in a second (06, 06b)
plans.py           a plan by layers against one ratio for all layers (lesson 07)
channel_scores.py  what each score of channels keeps, and what random draws keep (lesson 07)
channel_speed.py   how long a layer takes, channel by channel (lesson 07)
"""
