"""Texts that a spreadsheet would compute, in CSV files: written behind an apostrophe, read without it."""

# A spreadsheet reads a text that begins so as a formula.
LIVE = ("=", "+", "-", "@", "\t", "\r")


def disarmed(cell: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would compute."""
    return f"'{cell}" if cell.startswith(LIVE) else cell


def as_it_was(cell: str) -> str:
    """Take away the apostrophe that :func:`disarmed` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(LIVE) else cell
