"""What the lessons claim, read without running them: numbers, terms, and the results of others.

prose.py         a lesson as a text: paragraphs, sentences, sources
figures.py       numbers with their units, in a sentence, an output, a table
claims.py        how a lesson knows each number: recorded, follows, sourced or set
arithmetic.py    numbers that follow from others: a table of expressions
lookups.py       what these expressions may look up: bundled tables, weights, counts
terms.py         where terms are used, and where they are defined
sources.py       whose results a lesson reports, and what it lists as sources
test_numbers.py  each number of the prose was recorded, follows from others, or carries its source
test_terms.py    no term is used before the place that defines it
test_sources.py  who reports the result of others names them in the lesson's sources
"""
