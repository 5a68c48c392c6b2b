"""Submissions fetched from the servers of KoboToolbox and ODK Central, to be taken in like any upload.

Read :mod:`survey.pull.pages` (a pull that can be resumed), then the servers:
:mod:`survey.pull.kobotoolbox` and :mod:`survey.pull.odk_central`. Both need the packages of the extra
``pull``; the command imports them when it runs.
"""
