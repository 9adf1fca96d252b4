"""What reports can be about."""
