"""Weights of a sample, step by step: selection, nonresponse, calibration to known totals, trimming (M10).

Response propensities lie in :mod:`estimation.weighting.propensity` and replicate weights in
:mod:`estimation.weighting.replicating`; both are imported from there, for few need what they load.
"""

from estimation.weighting.base import base_weights, person_weights
from estimation.weighting.calibration import Calibrated, calibrate, poststratify
from estimation.weighting.diagnostics import kish, kish_effect
from estimation.weighting.margins import Margin, WeightingError
from estimation.weighting.nonresponse import Adjusted, class_factors, likely_eligible, nonresponse_factors
from estimation.weighting.raking import Raked, rake
from estimation.weighting.trimming import Trimmed, trim

__all__ = [
    "Adjusted",
    "Calibrated",
    "Margin",
    "Raked",
    "Trimmed",
    "WeightingError",
    "base_weights",
    "calibrate",
    "class_factors",
    "kish",
    "kish_effect",
    "likely_eligible",
    "nonresponse_factors",
    "person_weights",
    "poststratify",
    "rake",
    "trim",
]
