"""The model manager: many models on disk, a few in memory, one that answers.

manager.py    ModelManager: register, predict, load, pin, unload, choose
registry.py   the models of a folder: one writer at a time, of any process
entry.py      what is known of a model: a line of JSON
whole.py      files copied and compared with their checksum
listing.py    the models as a table
measured.py   bytes and seconds of a model, in a fresh process
budget.py     which models must go, so that another one fits
cache.py      sessions in memory, shared by threads
loading.py    mapped files, and shards
batching.py   requests that wait together are answered together
choice.py     a score of accuracy, latency and size
switching.py  the device's state decides, with hysteresis
day.py        a simulated day of a phone
"""
