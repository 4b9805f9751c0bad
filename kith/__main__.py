"""`bin/kith`: hands the command line to one file of `kith.commands`, and keeps errors to one line."""

import argparse
import os
import sys
from importlib import import_module

from kith.errors import CommandError
from kith.settings import Settings, SettingsError

COMMANDS = {
    "run": "start everything and say where it is",
    "build": "train the dialogue, export the embedding model, build the index",
    "import": "take in lab results: FHIR, HL7 v2, C-CDA, CSV or text",
    "export": "write one patient as a FHIR Bundle",
    "backup": "save the whole record into a file, or restore it into an empty database",
    "eval": "send labelled cases through a Kith of their own and score the answers",
    "user": "add, list or disable people of the care team",
    "system": "add, list or disable the clinic's systems that send records over HTTP",
    "limits": "sign or check the clinic's own limits",
    "doctor": "check the installation, its settings and its parts",
}


def parser() -> argparse.ArgumentParser:
    """The whole command line, each command configured by its own file."""
    top = argparse.ArgumentParser(prog="kith", description="Kith, a patient companion.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        module = import_module(f"kith.commands.{name}_command")
        module.configure(commands.add_parser(name, help=help_text, description=module.__doc__))
    return top


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 could not be done (one clear line says why), 2 wrong usage."""
    given = parser().parse_args(arguments)
    module = import_module(f"kith.commands.{given.command}_command")
    try:
        return int(module.run(given, Settings.from_env(os.environ)))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("DEBUG"):
            raise
        print(f"kith {given.command}: {_one_line(error)}", file=sys.stderr)
        return 1


def _one_line(error: Exception) -> str:
    """An error as one line; the kind of an unexpected one is named, DEBUG=1 shows all of it."""
    ours = type(error).__module__.split(".")[0] in ("record", "knowledge", "evaluation", "kith")
    expected = ours or isinstance(error, CommandError | SettingsError | OSError)
    text = " ".join(str(error).split()) or type(error).__name__
    return text if expected else f"{type(error).__name__}: {text} (DEBUG=1 shows where)"


if __name__ == "__main__":
    sys.exit(main())
