"""Pictures of architecture search.

space.py     the choices of the complete table's space, and the network that they make
regret.py    how far each strategy is behind, evaluation by evaluation
front.py     accuracy against a cost, and the best within a limit
latency.py   what a latency table says, against what was measured
supernet.py  the networks of a supernet, and bits chosen with them
"""
