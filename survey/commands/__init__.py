"""The commands of ``kynangso``: each file a group of verbs over :mod:`survey.pipeline`."""
