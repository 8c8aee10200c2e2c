"""Strategies: which architecture to try next.

trials.py     what a strategy has tried, and the best of it
random.py     random_search: draw, and keep the best
evolve.py     evolve: change the best of a few
predictor.py  predictor_search: a model of the scores says what is worth trying
halving.py    halving: many begin, the better half goes on
gumbel.py     a choice that is trained by gradients, together with the weights
"""
