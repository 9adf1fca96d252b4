"""A rule proposed from a few headlines: what they have in common, as a rule file. Pure."""
