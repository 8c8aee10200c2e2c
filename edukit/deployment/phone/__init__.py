"""Phones: the benchmark in a phone's browser, and the board that shows what the phones of a class measured.

board.py      PhoneBoard: files and images go out, figures come back
address.py    where phones find it: address, link, QR code
server.py     the server, in a thread of its own
guards.py     what a request must pass: rate, host, token, origin, size
schema.py     what a phone posts: fields, ranges, names
terminal.py   a board in a terminal
compared.py   each phone's figures side by side
results.py    the latest of each phone and model; accuracy
described.py  what a phone has to know of files and images
flatbuffer.py  a .tflite file's inputs and outputs, without LiteRT
page/         the page in the phone's browser, and the worker that runs the files
packages.py   the packages of npm that the page needs, and their checksums in manifest.json
fetch.py      the runtimes for a browser, fetched on request and checked
hosted.py     the page as a folder for any web host, and the result code of a phone
"""

from edukit.deployment.phone.board import PhoneBoard
from edukit.deployment.phone.fetch import runtime_folder
from edukit.deployment.phone.hosted import read_code, write_page
from edukit.deployment.phone.packages import manifest

__all__ = ["PhoneBoard", "manifest", "read_code", "runtime_folder", "write_page"]
