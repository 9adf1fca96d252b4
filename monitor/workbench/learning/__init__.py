"""What the rules may learn from feedback: which reading was wrong, and the line to add; a person accepts it."""
