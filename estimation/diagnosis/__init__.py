"""The linter of a design: what is doubtful about it before any number."""
