"""The feeds stage: schedule, fetch, parse."""
