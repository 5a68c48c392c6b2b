"""Design-based estimation: arrays and frames in, frames out; no files, no clock, no global options."""

from estimation.design import Calibration, Design, DesignError
from estimation.estimates import Estimates
from estimation.proportions import estimate_means, estimate_proportions, estimate_ratios, estimate_totals
from estimation.publication import Condition, Rule, Standard
from estimation.variance import LonelyPsuError

__all__ = [
    "Calibration",
    "Condition",
    "Design",
    "DesignError",
    "Estimates",
    "LonelyPsuError",
    "Rule",
    "Standard",
    "estimate_means",
    "estimate_proportions",
    "estimate_ratios",
    "estimate_totals",
]
