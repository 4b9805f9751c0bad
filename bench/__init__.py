"""Speed and size of Kith beside the assistant `rasa init` makes, in one run on one machine."""
