"""An exercise on a cache that keeps recent tokens and the first ones: which may stay?

Well-known mistakes  the first tokens dropped, or counted twice while the text is short; a window that is one too long
"""

from edukit.checks.verdict import Exercise


def kept_tokens(tokens, window, sinks):
    """The numbers of the tokens, 0 to tokens - 1, that a cache keeps: the first `sinks` and the last `window`."""
    return [j for j in range(tokens) if j < sinks or j >= tokens - window]


def _show(arguments, expected, got):
    tokens, window, sinks = arguments
    return f"{tokens} tokens, a window of {window}, {sinks} sinks: {expected}, yours {list(got)}"


KEPT = Exercise(
    kept_tokens,
    [(6, 2, 0), (6, 2, 1), (9, 3, 2), (3, 4, 1), (5, 3, 3), (1, 1, 1), (12, 5, 4), (4, 2, 2), (2, 6, 4)],
    {
        "no sinks": (
            lambda n, w, s: list(range(max(0, n - w), n)),
            "those are the recent tokens alone: the first ones stay as well",
        ),
        "sinks twice": (
            lambda n, w, s: list(range(min(s, n))) + list(range(max(0, n - w), n)),
            "while the text is short, a token is first and recent at once: it is kept once",
        ),
        "sinks within the window": (
            lambda n, w, s: [j for j in range(n) if j < s or j >= n - max(0, w - s)],
            "the window shrank by the number of sinks: they are kept in addition",
        ),
        "window too long": (
            lambda n, w, s: [j for j in range(n) if j < s or j >= n - w - 1],
            "one too many: the newest token is part of the window",
        ),
        "window without the newest": (
            lambda n, w, s: [j for j in range(n) if j < s or n - 1 - w <= j < n - 1],
            "the newest token is missing: it is the last of the window",
        ),
        "counted from 1": (
            lambda n, w, s: [j + 1 for j in kept_tokens(n, w, s)],
            "tokens are counted from 0: the first one is token 0",
        ),
        "the first tokens alone": (
            lambda n, w, s: list(range(min(n, s + w))),
            "those are the first tokens: the window moves along with the text",
        ),
        "not the first, the oldest of the window": (
            lambda n, w, s: list(range(max(0, n - w - s), n)),
            "the window is longer by the sinks: the sinks are the first tokens of the *text*",
        ),
        "dropped": (
            lambda n, w, s: [j for j in range(n) if not (j < s or j >= n - w)],
            "those are the tokens that leave: asked are those that stay",
        ),
    },
    "never more than window + sinks, however long the text is",
    show=_show,
    agree=lambda _, expected, got: [int(j) for j in got] == expected,
    hints=(
        "A token stays for one of two reasons. Which?",
        "Token j is one of the first if j < sinks. When is it one of the last `window` of `tokens`?",
        "The last `window` tokens begin at tokens - window. A list comprehension with `or` counts none twice.",
    ),
)
