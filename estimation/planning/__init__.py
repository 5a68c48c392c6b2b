"""Before the survey: how many to ask so that it can decide, and where to ask them (M13)."""
