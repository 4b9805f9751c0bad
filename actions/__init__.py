"""What the bot can do: one small file an action; they read, decide, propose, and write nothing."""
