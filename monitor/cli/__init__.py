"""The commands: the only place that prints, reads arguments and sets exit codes."""
