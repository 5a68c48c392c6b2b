"""Estimates for people: tables, sentences and charts, in Vietnamese and English."""
