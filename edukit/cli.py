"""The command line: `edukit lab` opens the course, `bench` measures the whole pipeline, `site` writes pages.

`edukit explain FILE` says why a file is not faster.
"""

import argparse
import sys

import edukit


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 2 with one line on stderr for input that cannot be used, 130 for Ctrl-C."""
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
    commands = parser.add_subparsers(title="commands", required=True, metavar="lab | bench | explain | site")
    lab = commands.add_parser("lab", help="open the notebooks in JupyterLab")
    lab.add_argument("--folder", help="where to put the notebooks when edukit is installed from a wheel")
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    lab.set_defaults(run=_lab)
    bench = commands.add_parser("bench", help="train, distil, prune, quantize, export and measure a network")
    bench.add_argument("--data", default="digits", help="digits (default), shapes, fashion_mnist or cifar10")
    bench.add_argument("--seed", type=int, default=0, help="of the weights and the order of the images (default 0)")
    bench.add_argument("--output", metavar="DIR", help="write results.json, report.html and models/*.onnx there")
    bench.set_defaults(run=_bench)
    explain = commands.add_parser(
        "explain", help="say why an ONNX file is not faster: time by operator, and the cause | site"
    )
    explain.add_argument("file", metavar="FILE", help="an .onnx file | site")
    explain.add_argument("--threads", type=int, default=1, help="(default 1) | site")
    explain.set_defaults(run=_explain)
    return parser


def _lab(options):
    from edukit.lab import open_lab

    return open_lab(options.folder, browser=not options.no_browser)


def _bench(options):
    from edukit.report import run

    sys.stdout.reconfigure(errors="replace")  # the titles are Chinese; a pipe on Windows may not have the letters
    print(run(options.data, seed=options.seed, output=options.output))


def _site(options):
    from edukit.site import build

    pages = build(options.folder, run=options.again)
    print(f"{len(pages)} pages written; open {pages[0]}")


def _explain(options):
    from edukit.deployment import explain

    print(explain(options.file, threads=options.threads))


if __name__ == "__main__":
    sys.exit(main())
