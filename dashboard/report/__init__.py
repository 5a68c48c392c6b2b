"""Reports of a release: one content, written for offices, for print, for Excel, for machines."""
