"""Corrections of the office: a log of what answers should read, applied on reading and never to the cells.

Read :mod:`survey.corrections.log` (what is kept), :mod:`survey.corrections.applying` (how it takes effect),
:mod:`survey.corrections.checking` (what is accepted), :mod:`survey.corrections.sheets` (what people fill in).
"""
