"""The process that runs for good: its jobs, edited files, and what it does without a network or a database."""
