"""Boxes that are none, and what is said about them."""

NOT_BOXES = [
    ([[0, 0, 0, 4]], r"must have x1 < x2 and y1 < y2, got \[0.0, 0.0, 0.0, 4.0\] in row 0"),
    ([[0, 0, 1, 1], [4, 0, 2, 4]], "must have x1 < x2 and y1 < y2, got .* in row 1"),
    ([[0, 4, 4, 2]], "must have x1 < x2 and y1 < y2"),
    ([[0, 0, float("nan"), 4]], "must be finite, got NaN or infinity"),
    ([[0, 0, float("inf"), 4]], "must be finite, got NaN or infinity"),
    ([[0, 0, 4]], r"must have the shape \(N, 4\)"),
    ([0, 0, 4, 4], r"must have the shape \(N, 4\)"),
    ([[[0, 0, 4, 4]]], r"must have the shape \(N, 4\)"),
    ([[0, 0, 4, 4], [0, 0, 4]], "must be an array of real numbers, got rows of several lengths"),
]
