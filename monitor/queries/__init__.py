"""Read models: what commands and pages show."""
