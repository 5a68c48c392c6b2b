"""When a release may be quoted, by whom, and since when: the states of the Statistics Law and their log.

Read :mod:`survey.publishing.states` (the states, and which step leads where),
:mod:`survey.publishing.standing` (how a release stands for the office and for the public at a moment),
:mod:`survey.publishing.log` (rows are only added) and :mod:`survey.publishing.keeping` (what a person may ask
for).
"""
