"""Numbers of the prose that no cell prints and that follow from others: lesson | number | how.

An expression may use the numbers of its lesson, bundled tables and weights; 0 to 10, 100, 1,000 and powers of 2.
"""

import ast

from claims.lookups import NAMES

TABLE = """
01 | 96 of 100 | 100 * mean(column("ptq_methods", "accuracy", network="shapes_residual", method="float"))
01 | 4.25 | 4 + 8 / 32
01 | 4.50 | 4 + 16 / 32
01 | 18 dB | 16.6 + 6.02 * (4.25 - 4.03)
01 | 32,640 | 255 * 64 * 2
01 | 66,311 | (2**32 / 2 - 1) // (255 * 127)
02 | 96 of 100 | round(96.1)
02 | 24 of 100 | round(24.4)
02 | 79 of 100 | round(78.9)
02 | 100,000 | 10**5
02 | 0.99 | 1 - 0.01
03b | 96 of 100 | 100 * mean(column("ptq_methods", "accuracy", network="digits_residual", method="float"))
03b | 54 of 100 | mean([42.5, 61.5, 57.0])
03b | 0.68 | (1 - 0.4 - 0.4)**2 + (2 * (1 - 0.4) - 0.4)**2
03b | 0.08 | (1 - 0.4 - 0.4)**2 + (2 * 0.4 - (1 - 0.4))**2
03b | 17 times | 1.49 / 0.09
03b | 20 dB | -10 * log10(0.01)
04 | 96 of 100 | 100 * mean(column("ptq_methods", "accuracy", network="digits_residual", method="float"))
04 | 94 of 100 | rounded_to_four_bits()
05 | 77,128 | sum(layers("digits_residual"))
05 | 229,376 | 448 * 2**9
05 | 0.67 | 32 / 48
05 | 12 dB | 44.3 - 32.0
05 | 2 dB | 20.7 - 18.7
05 | 0.44 | levels(2)[2]
05 | 84 of 100 | mean([90.6, 82.8, 79.4])
05b | 18,432 | layers("shapes_residual")[6]
05b | 0.4 | (0.5 + 0.3) / 2
05b | 60 % | 100 * error_of_signs("shapes_residual", 6)
06 | 77,128 | sum(layers("digits_residual"))
06 | 96 of 100 | 100 * mean(column("ptq_methods", "accuracy", network="shapes_residual", method="float"))
06 | 147,456 | layers("shapes_residual")[10]
06 | 57 % | 100 * gone("shapes_residual", 10, 0.5)
06 | 1,280 | layers("shapes_residual")[12]
06 | 10,000 | 10 * 1000
06 | 0.225 | 0.9 * 1 / 4
06 | 0.45 | 0.9 * 2 / 4
06 | 0.675 | 0.9 * 3 / 4
06 | 0.520 | 0.9 - 0.9 * (1 - 1 / 4)**3
06 | 0.788 | 0.9 - 0.9 * (1 - 2 / 4)**3
06 | 0.886 | 0.9 - 0.9 * (1 - 3 / 4)**3
06 | 64 times | 8**2
06 | 41 % | 100 - 100 * 0.9**5
06 | 12 of 100 | 100 * lost_on_photographs("zeros", "50.0", "no training")
06b | 307,376 | sum(layers("shapes_residual"))
06b | 614,752 bytes | 2 * sum(layers("shapes_residual"))
06b | 6 times | 616728 / 99026
06b | 33 % | 100 * 16 / (32 + 16)
06b | 20 % | 100 * 8 / (32 + 8)
06b | 88 % | 100 - 100 / 8
06b | 94 % | 100 - 100 / 16
07 | 6 % | 100 * (33 / 32)**2 - 100
07 | 9 of 100 | 100 * lost_on_photographs("channels", "73.819", "plan by outputs, new statistics")
09 | 39,424 | 96 * 16 + 16 * 64 + 9 * 64 * 64
09 | 11,920 | 96 * 16 + 16 + 16 * 64 + 64 + 9 * 16 * 64 + 64
09 | 8.6 times | 4866 / 569
09 | 1.1 points | 71.7 - 70.6
09 | 3.8 times | 568740352 / (149.5 * 10**6)
09 | 3.0 times | 325.4 / 106.8
09 | 94.9 % | 100 * macs_of_mobilenet(1.0, "pointwise") / macs_of_mobilenet()
09 | 24,530 | 9 * 5 * 8**2 + 9 * 5 * 5 * (8**2 + 2 * 4**2) + 5 * 10
09 | 24,100 | 9 * 10 * 8**2 + (9 * 10 + 10 * 10) * (8**2 + 2 * 4**2) + 10 * 10
09 | 4.7 times | 1505 / 320
09 | 276 kB | (96 + 24) * (96 / 2)**2 / 1000
09 | 492 kB | (96 + 24) * (128 / 2)**2 / 1000
09 | 768 kB | (96 + 24) * (160 / 2)**2 / 1000
09 | 313,600 | (9 * 16 + 16 * 16) * 28**2
09 | 41.0 million MACs | macs_of_mobilenet(0.25) / 10**6
09 | 149.5 million MACs | macs_of_mobilenet(0.5) / 10**6
10 | 134 MB | 2 * 4096**2 * 4 / 10**6
10 | 10 of 100 | 100 / 10
10b | 26,624 | as_heavy_as_weights()
10b | 4.09 | log2(17)
10b | 0.19 | 24 / 128
11 | 3.5 billion | 3**20 / 10**9
11 | 3.3 times | smallest("macs", width="16") / smallest("macs")
11 | 3 times | smallest("macs", pool="late") / smallest("macs")
11 | 60.7 % | 100 * smallest("validation_4", pool="late")
11 | 0.66 | ranks(column("search_table", "macs", seed="0"), column("search_table", "latency_us", seed="0"))
11b | 13,632 | 27264 / 2
11b | 21,120 | 27264 - (25 - 9) * (96 + 144 + 144)
11b | 16,752 | 27264 - 144 * (24 + 25 + 24)
11b | 0.7 points | 100 * (mean(column("supernet_alone", "alone_test")) - mean(column("supernet_alone", "taken_test")))
11b | 1.8 | 96.9 - 95.1
11b | 1.8 points | 96.9 - 95.1
11b | 0.5 points | sqrt(96.9 * (100 - 96.9) / 1000)
11b | 2.1 points | 97.5 - 95.4
11b | 0.4 points | ahead_at_once("accuracy")
11b | +0.2 points | ahead_at_once("test")
12 | 98 of 100 | 100 * (756 - 14) / 756
12 | 94 kB | column("detector_stages", "bytes", stage="static")[0] / 1000
12 | 10 times | 979 / 94
13 | 95 % | 100 * interval()
13 | 0.68 times | column("runtimes_table", "speedup", network="digits, 78 k", runtime="onnxruntime")[0]
13 | 3.4 times | max(column("runtimes_table", "speedup"))
14 | 36 ms | 569 / 16 + 28 * 5 / 1000
14 | 79 % | 100 - 100 * (0.2 + 2.3) / (2.6 + 9.2)
14 | 90 % | 100 - 100 * 0.19 / 1.91
14 | 93 % | 100 - 100 * 0.163 / 2.24
14 | 2.5 mJ | 0.2 + 2.3
14 | 5.4 MB | 21.7 / 4
15 | 1.2 million numbers | 4912.4 / 4 / 1000
15 | 4 bytes | 32 / 8
15 | 4,992 bytes | 48 * 96 + 4 * 96
15 | 88 % | 90 - 2
15 | 0.2 points | 100 / 500
15 | 0.5 points | sqrt(98.6 * (100 - 98.6) / 500)
README | 77 times | times_smaller("digits")
README | +0.0 points | min(points_away("digits"))
README | 0.4 | standard_error()
README | 44 times | times_smaller("shapes")
README | +0.8 points | max(points_away("shapes"))
README | +0.2 points | max(points_away("digits"))
README | 2.5 times | min(times_faster("MobileNetV1"))
README | 2.7 times | max(times_faster("MobileNetV1"))
15 | 0.8 J | 320 * 2.5 / 1000
15 | 0.064 J | 80 * 0.8 / 1000
15 | 92 % | 100 - 100 * 0.064 / 0.8
"""


def rows() -> list[tuple[str, str, str]]:
    """(lesson, number as it is printed, expression) of each line."""
    return [tuple(part.strip() for part in line.split(" | ")) for line in TABLE.strip().splitlines()]


def value_of(expression: str) -> float:
    """What an expression of the table comes to, in the unit that is printed beside the number."""
    return eval(expression, {"__builtins__": {}}, NAMES)


def numbers_in(expression: str) -> set[float]:
    """The numbers that stand in it."""
    nodes = ast.walk(ast.parse(expression))
    return {float(node.value) for node in nodes if isinstance(node, ast.Constant) and type(node.value) in (int, float)}
