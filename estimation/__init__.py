"""Design-based estimation: arrays and frames in, frames out; no files, no clock, no global options."""
