"""Desired, live and state in; a plan out. Pure: no input, no output, no clock, no randomness."""
