"""The targets that no household survey measures: reported by offices, proved by documents, no intervals.

Read :mod:`survey.other_targets.targets` (what was set), :mod:`survey.other_targets.log` (what was reported
and decided; rows are only added), :mod:`survey.other_targets.checking` (what is taken),
:mod:`survey.other_targets.keeping` (how it moves from draft to accepted),
:mod:`survey.other_targets.assessing` (what it says about a target).
"""
