"""What officials and district staff see: pages, charts, tables and words. A page reads a release."""
