"""Variance by replicates (M11): those given with the persons, and those made here."""
