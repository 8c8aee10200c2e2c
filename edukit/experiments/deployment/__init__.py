"""Experiments on deployment: runtimes, files, devices and the model manager.

runtimes_table.py    one model in four runtimes: datasets/runtimes_table.csv (lesson 13)
slow_files.py        files that compression does not make faster, why, and the proof
same_file.py         how far two loads of the same file lie apart
written_files.py     ONNX files written by hand: chains of convolutions, in float or with Q/DQ
own_quantizers.py    our INT8 files beside those of the runtimes' own quantizers: datasets/own_quantizers.csv
device_estimates.py  estimated and measured latency of many networks: datasets/device_estimates.csv (lesson 14)
manager_cost.py      what a model manager costs a call, and what batches, mapped files and shards gain (lesson 14)
phone_example.py     what the page of the phones measures in a browser: datasets/phone_example.csv (lesson 15)
damaged_files.py     one flipped bit: who notices, the runtime or the manager (lesson 14)
bench_runs.py        what runs of `edukit bench` measured: datasets/bench_runs.csv (README)
compress_digits.py   the search for the smallest file beside the plan made by hand (lesson 15)
file_kinds.py        every kind of file that the kit writes: how it is written and read
every_file.py        every kind of file that the kit writes, damaged in every way: who loads it all the same
"""
