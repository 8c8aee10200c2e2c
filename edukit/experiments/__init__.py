"""Experiments: what was measured once and is bundled as a table, and what is timed on this machine.

rows.py              measured tables: rows with names, appended and read in one way
ptq_methods.py       twelve ways to quantize the same networks: datasets/ptq_methods.csv (lesson 03)
few_labels.py        the same student with and without a teacher: datasets/few_labels.csv (lesson 08)
half_the_macs.py     half of the multiply-accumulates, accuracy and speed: datasets/half_the_macs.csv (lesson 07)
sparse_speed.py      what zeros weigh, and how long they take (lessons 06 and 07)
channel_scores.py    what each score of channels keeps, and what random draws keep (lesson 07)
channel_speed.py     how long a layer takes, channel by channel (lesson 07)
quantize_speed.py    the formulas beside torch's fused operators
attention_cost.py    what attention costs as the sequence grows (lesson 10)
search_table.py      a search space trained to its last architecture: datasets/search_table.csv (lesson 11)
runtimes_table.py    one model in four runtimes: datasets/runtimes_table.csv (lesson 13)
slow_files.py        files that compression does not make faster, why, and the proof
same_file.py         how far two loads of the same file lie apart
written_files.py     ONNX files written by hand: chains of convolutions, in float or with Q/DQ
own_quantizers.py    our INT8 files beside those of the runtimes' own quantizers: datasets/own_quantizers.csv
device_estimates.py  estimated and measured latency of many networks: datasets/device_estimates.csv (lesson 14)
manager_cost.py      what a model manager costs a call, and what batches, mapped files and shards gain (lesson 14)
damaged_files.py     one flipped bit: who notices, the runtime or the manager (lesson 14)
supernet.py          a supernet, its networks, and six of them trained alone: datasets/supernet.csv (lesson 11)
detector.py          a detector distilled, pruned and quantized: datasets/detector_stages.csv (lesson 12)
detector_bits.py     which part of a detector breaks first: datasets/detector_bits.csv (lesson 12)
make_trained.py      how datasets/trained/ was made
make_digits.py       how datasets/digits.npz was made
"""
