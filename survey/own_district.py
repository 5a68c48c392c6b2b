"""An account for one unit brings the interviews of that unit, and of no other."""

import pandas as pd

from survey.messages import Refusal, finding
from survey.receipt import Preview
from survey.wave import Wave

UNIT, AREA = "district_code", "ea_code"
NAMED = 5  # areas in the sentence; the rest is counted


def check_own(preview: Preview, wave: Wave, district: str) -> None:
    """Refuse a file with submissions of areas outside a unit; an area the sample does not know is outside.

    Parameters
    ----------
    preview : Preview
        The file as it was read.
    wave : Wave
        Its sample says to which unit an area belongs.
    district : str
        Code of the unit; "" lets every file pass.

    Raises
    ------
    Refusal
        Names the areas.
    """
    if not district:
        return
    role = preview.instrument.role("area")
    told = preview.microdata.households.get(role) if role else None
    areas = pd.Series(dtype="str") if told is None else told.dropna().astype(str)
    sample = wave.sample_eas
    own = set(sample.loc[sample[UNIT].astype(str) == district, AREA].astype(str)) if UNIT in sample else set()
    outside = areas[~areas.isin(own)]
    if len(outside) or told is None:
        named = ", ".join(sorted(outside.unique())[:NAMED]) or "-"
        facts = {"count": len(outside), "areas": named}
        raise Refusal(finding("upload_other_district", file=preview.export.file, value=district, facts=facts))
