"""Attacks on military bases: acts, facts, places."""
