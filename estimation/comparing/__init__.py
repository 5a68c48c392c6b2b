"""Estimates against each other: contrasts, differences, changes between waves, pace."""
