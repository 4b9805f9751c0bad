"""Settings, the engineer's commands, and the processes Kith is made of."""
