"""Rows into sums, once: what is asked of the rows, and how arrays and query engines add it up."""
