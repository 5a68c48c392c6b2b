"""Sizes, chances and nearest shares are those of base R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation.planning.sample_size import effective_size_to_show, power_to_show, share_to_show

R = pd.read_csv(Path(__file__).parents[2] / "reference" / "r_planning" / "planning.csv")


@pytest.mark.parametrize("error", R["error"].unique())
def test_sizes_chances_and_shares_are_those_of_r(error):
    cells = R[R["error"] == error]
    target, share, n, df = (cells[name].to_numpy() for name in ("target", "share", "n", "df"))
    sizes = effective_size_to_show(share, target, error=error, df=df)
    np.testing.assert_allclose(sizes, cells["size"], rtol=1e-9)
    np.testing.assert_allclose(
        power_to_show(share, target, n, error=error, df=df), cells["chance"], atol=1e-12
    )
    for side in ("met", "not_met"):
        found = share_to_show(target, n, side, error=error, df=df)
        np.testing.assert_allclose(found, cells[f"show_{side}"], atol=1e-10)
