"""One file a command: `configure(parser)` says what it takes, `run(arguments, settings)` does it."""
