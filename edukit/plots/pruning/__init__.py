"""The plots of the lessons on pruning, a file for each topic.

weights     what is read without some weights, which weights go · storage  what zeros weigh
channels    which rows go together, scores, sensitivity · structured  what zeros, channels and MACs take in time
"""
