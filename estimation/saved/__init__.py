"""Estimates without their persons: kept as tables, joined across waves, regrouped into coarser domains."""
