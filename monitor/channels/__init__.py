"""Where messages go: the channels file, Apprise, what became of an attempt."""
