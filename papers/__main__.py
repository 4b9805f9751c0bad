"""`python -m papers`: one file by standard input, one line of JSON and the file to keep by standard output.

A process of its own, with little time, little memory and no right to write a file: what a stranger's file
does to a decoder, it does here, and not in the process that keeps the conversations.
"""

import json
import resource
import sys

from papers.limits import most


def confine() -> None:
    """Before any decoder is loaded; the programs started from here are bound by the same limits."""
    seconds = most("seconds")
    for what, limit in (
        (resource.RLIMIT_AS, most("memory_bytes")),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (limit, limit))


def main() -> int:
    confine()
    from papers.reading import read  # only now: the libraries it loads are bound by the limits too

    outcome = read(sys.stdin.buffer.read(most("bytes") + 1))
    sys.stdout.buffer.write(json.dumps(outcome.reading.as_json()).encode() + b"\n")
    sys.stdout.buffer.write(outcome.content or b"")
    return 0


if __name__ == "__main__":
    sys.exit(main())
