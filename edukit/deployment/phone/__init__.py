"""The benchmark in a phone's browser: the learner's files in WebAssembly, on the phones of the class.

fetch.py       the runtimes for a browser, fetched on request and checked
manifest.json  which packages, with their checksums
page/          the page: it times files, reads drawings, sends results
"""
