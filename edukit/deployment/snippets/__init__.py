"""App snippets: code for a phone that fits an exported file, written from the file itself, so that it cannot drift.

described.py  what a snippet needs to know of a file: names, shapes, types, preprocessing
kotlin.py     Android, by ONNX Runtime
swift.py      iOS, by ONNX Runtime
arkts.py      HarmonyOS, by MindSpore Lite
litert.py     .tflite on Android and iOS, by LiteRT
executorch.py  .pte on Android and iOS, by ExecuTorch
written.py    snippet(path, language)
"""
