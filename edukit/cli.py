"""The command line: `edukit lab` opens the course, `edukit bench` runs the whole pipeline and measures it.

`edukit explain FILE` says why a file is not faster, `edukit compare A B` how much faster the second is, `edukit show
FILE` draws its graph, and `edukit site OUT` writes the lessons as pages. `edukit phone serve FILE` runs files in the
browsers of phones; `edukit phone fetch` gets what they need for it.
`edukit compress SCRIPT_OR_MODULE:NAME` searches for the smallest file of a model within a budget. `edukit explain FILE`
says why a file is not faster, `edukit compare A B` how much faster the second is, `edukit show FILE` draws its graph,
and `edukit site OUT` writes the lessons as pages.
"""

import argparse
import sys

import edukit


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its status.

    0 when it worked, 1 for a budget that nothing keeps, 2 with one line on stderr for input that cannot be used, 130
    for Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except (ValueError, OSError) as error:
        print(f"edukit: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("edukit: stopped; nothing half-written is left", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("edukit", description="Learn and explore model compression, offline.")
    parser.add_argument("--version", action="version", version=f"edukit {edukit.__version__}")
    names = "lab | bench | compress | explain | compare | phone | show | site"
    commands = parser.add_subparsers(title="commands", required=True, metavar=names)
    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.add_argument("--folder", help="where to copy the notebooks (default ./edukit-notebooks)")
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    lab.set_defaults(run=_lab)
    bench = commands.add_parser("bench", help="train, distil, prune, quantize, export and measure a network")
    bench.add_argument("--data", default="digits", help="digits (default), shapes, fashion_mnist or cifar10")
    bench.add_argument("--seed", type=int, default=0, help="of the weights and the order of the images (default 0)")
    bench.add_argument("--output", metavar="DIR", help="write results.json, report.html and the files of models/ there")
    words = "that INT8 runs without a pause in each runtime (default 10)"
    bench.add_argument("--sustained", type=float, default=10.0, metavar="SECONDS", help=words)
    bench.set_defaults(run=_bench)
    _add_compress(commands)
    _add_explain(commands)
    _add_compare(commands)
    _add_phone(commands)
    _add_show(commands)
    _add_site(commands)
    return parser


def _add_compress(commands):
    compress = commands.add_parser("compress", help="search for the smallest file of a model within a budget")
    compress.add_argument("model", metavar="SCRIPT_OR_MODULE:NAME", help="a model, or what makes one: train.py:net")
    compress.add_argument(
        "--images", required=True, metavar="FILE", help="of .npy, .npz or .pt, prepared as in training"
    )
    compress.add_argument(
        "--labels", metavar="FILE", help="whole numbers, one for each image; without, agreement counts"
    )
    compress.add_argument("--max-bytes", metavar="SIZE", help="of the file, such as 100kB")
    compress.add_argument("--max-loss", metavar="POINTS", default="1", help="percentage points (default 1)")
    compress.add_argument("--max-latency", metavar="TIME", help="that 9 of 10 calls stay below, such as 5ms")
    compress.add_argument("--student", metavar="SCRIPT_OR_MODULE:NAME", help="a smaller network for the same task")
    compress.add_argument("--steps", type=int, default=300, help="of training, after channels went (default 300)")
    compress.add_argument("--seed", type=int, default=0, help="(default 0)")
    compress.add_argument("--output", required=True, metavar="DIR", help="a new folder for the files and the report")
    compress.set_defaults(run=_compress)


def _add_explain(commands):
    explain = commands.add_parser("explain", help="say why a file is not faster: time by operator, and the cause")
    explain.add_argument("file", metavar="FILE", help="an .onnx or a .pte file")
    explain.add_argument("--threads", type=int, default=1, help="(default 1)")
    _add_shape(explain)
    explain.set_defaults(run=_explain)


def _add_compare(commands):
    compare = commands.add_parser("compare", help="measure two files side by side, in turns")
    compare.add_argument("first", metavar="A", help="an exported file")
    compare.add_argument("second", metavar="B", help="another one, which takes the same inputs")
    compare.add_argument("--data", help="ask both about the test images of digits, shapes, fashion_mnist or cifar10")
    compare.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="(default 1 2)")
    compare.add_argument("--seconds", type=float, default=2.0, help="that each file runs at least (default 2)")
    compare.add_argument("--minutes", type=float, help="then run each so long without a pause: does it slow down?")
    _add_shape(compare)
    compare.set_defaults(run=_compare)


def _add_phone(commands):
    phone = commands.add_parser("phone", help="run exported files in the browsers of phones")
    asked = phone.add_subparsers(title="commands", required=True, metavar="serve | fetch")
    serve = asked.add_parser("serve", help="show a QR code; phones that open it run the files and post their figures")
    serve.add_argument("files", metavar="FILE", nargs="+", help=".tflite or .onnx files, or folders of them")
    serve.add_argument("--data", default="digits", help="whose test images phones name: digits (default), shapes, …")
    serve.add_argument("--lan", action="store_true", help="open it to the local network; otherwise this computer alone")
    serve.add_argument("--port", type=int, default=0, help="(default: any free one)")
    serve.add_argument("--minutes", type=float, default=45, help="after which it stops by itself (default 45)")
    serve.set_defaults(run=_serve)
    fetch = asked.add_parser(
        "fetch", help="get the runtimes of a phone's browser, once: 45 MB from npm or 34 MB from a CDN"
    )
    fetch.add_argument(
        "--from", dest="folder", metavar="DIR", help="where their packages lie, for a computer without network"
    )
    fetch.set_defaults(run=_fetch)


def _add_show(commands):
    show = commands.add_parser("show", help="draw a file's graph in the browser, with Netron")
    show.add_argument("file", metavar="FILE", help="an exported file")
    show.add_argument("--no-browser", action="store_true", help="start the server only")
    show.set_defaults(run=_show)


def _add_site(commands):
    site = commands.add_parser("site", help="write the lessons as static pages, which need no kernel and no network")
    site.add_argument("folder", metavar="OUT", help="the folder for the pages; it is made if it is not there")
    site.add_argument("--run", action="store_true", dest="again", help="run the lessons first, so that panels move")
    site.set_defaults(run=_site)


def _add_shape(parser):
    words = "of the input, for a file that leaves more than the batch free, such as 1 3 224 224"
    parser.add_argument("--shape", type=int, nargs="+", metavar="N", help=words)


def _inputs(options):
    """Numbers in the shape that was asked for; None where the file knows its own."""
    import numpy as np

    return np.random.default_rng(0).random(options.shape, np.float32) if options.shape else None


def _lab(options):
    from edukit.lab import open_lab

    return open_lab(options.folder, browser=not options.no_browser)


def _bench(options):
    from edukit.report import run

    sys.stdout.reconfigure(errors="replace")  # the titles are Chinese; a pipe on Windows may not have the letters
    print(run(options.data, seed=options.seed, output=options.output, sustained_s=options.sustained))


def _compress(options):
    from edukit.deployment import Budget, compress
    from edukit.deployment.compressing.loaded import load_arrays, load_model
    from edukit.deployment.compressing.units import as_bytes, as_points, as_seconds

    budget = Budget(
        max_bytes=options.max_bytes and as_bytes(options.max_bytes),
        max_loss=as_points(options.max_loss),
        max_latency_s=options.max_latency and as_seconds(options.max_latency),
    )
    data = load_arrays(options.images, options.labels)
    student = load_model(options.student) if options.student else None
    how = dict(student=student, steps=options.steps, seed=options.seed, output=options.output)
    found = compress(load_model(options.model), data, budget, **how)
    print(f"{found.text()}\n\nWritten to {found.output}")
    return 0 if found.fits else 1


def _explain(options):
    from edukit.deployment import explain

    print(explain(options.file, _inputs(options), threads=options.threads))


def _compare(options):
    from edukit import data
    from edukit.deployment.compared import compare, heat, over_minutes
    from edukit.deployment.runtimes.session import load

    files = options.first, options.second
    test = None
    if options.data:
        (shape, *_) = load(options.first).inputs.values()
        test = (data.digits(size=shape[-1]) if options.data == "digits" else data.load(options.data)).test
    print(compare(*files, _inputs(options), data=test, threads=options.threads, least_s=options.seconds))
    for file in files if options.minutes else ():
        print(heat(file, over_minutes(file, options.minutes, _inputs(options))))


def _serve(options):
    from edukit.deployment.phone.terminal import pictures, serve

    sys.stdout.reconfigure(errors="replace")  # the code is drawn in blocks; a pipe on Windows may not have them
    images, labels, names = pictures(options.data, options.files)
    serve(options.files, images, labels, names=names, lan=options.lan, port=options.port, minutes=options.minutes)


def _fetch(options):
    from edukit.deployment.phone.fetch import fetch

    print(f"The runtimes for phones lie in {fetch(options.folder)}, as published.")


def _show(options):
    from edukit.deployment.explain.shown import show

    show(options.file, browser=not options.no_browser)


def _site(options):
    from edukit.site import build

    pages = build(options.folder, run=options.again)
    print(f"{len(pages)} pages written; open {pages[0]}")


if __name__ == "__main__":
    sys.exit(main())
