"""Pictures of networks, a file for each topic.

blocks      what blocks cost, who hears whom · layers  where the costs of a net sit, times and accuracies side by side
attention   where a place looks, what a longer sequence costs, a needle in a haystack
"""
