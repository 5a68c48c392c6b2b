"""The sampling design: which columns say from where a person was drawn and how many people one stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from estimation.variance import LONELY_RULES


class DesignError(ValueError):
    """The design and the persons do not fit; the sentence names the column, the rows and the repair."""


def as_names(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """One column name, several or none, as a tuple."""
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the final weights were fitted to known totals; the variance takes it into account (M10).

    Attributes
    ----------
    variables : sequence of str
        Columns of categories whose population totals the final weights meet, for example
        ``("stratum", "sex_age")``; each one is a set of dummies in the regression of M10.
    initial_weight : str
        Column of the weights before calibration.
    """

    variables: Sequence[str]
    initial_weight: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", as_names(self.variables))
        if not self.variables:
            raise DesignError("Calibration.variables is empty; name at least one column of categories")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Stratified cluster sample of one or two stages; every field but the register is a column name.

    Attributes
    ----------
    weight : str
        Final weight: persons in the population that a person of the sample stands for. 0 keeps the row in the
        design (its PSU was sampled) and out of every estimate.
    strata : str
        Stratum of the first stage.
    psu : str
        Primary sampling unit. The same code in two strata means two units.
    ssu : str, optional
        Unit of the second stage, for example the household. It matters only with two columns in `fpc`: where
        PSUs count as drawn with replacement, the first stage alone carries the whole variance.
    fpc : str or sequence of str, optional
        Columns that hold the number of units in the population, N_h and M_hi of M2: of PSUs in the stratum
        and, if there are two, of second-stage units in the PSU. Without it the sample counts as drawn with
        replacement.
    lonely : {"fail", "adjust", "average", "certainty"}
        What a stratum with one sampled PSU adds to the variance (M3).
    register : DataFrame, optional
        Every sampled PSU, also those without one interview, in columns named as `strata` and `psu`. n_h and
        the rule for a lonely PSU count on it; without it they count the PSUs among the persons.
    calibration : Calibration, optional
        Given where `weight` was raked or otherwise fitted to known totals.
    """

    weight: str
    strata: str
    psu: str
    ssu: str | None = None
    fpc: str | Sequence[str] | None = None
    lonely: str = "fail"
    register: pd.DataFrame | None = None
    calibration: Calibration | None = None

    def __post_init__(self) -> None:
        if self.lonely not in LONELY_RULES:
            raise DesignError(
                f"unknown rule for a lonely PSU {self.lonely!r}; choose one of {list(LONELY_RULES)}"
            )
        object.__setattr__(self, "fpc", as_names(self.fpc))
        if len(self.population_sizes) > 2:
            raise DesignError(f"fpc names {len(self.population_sizes)} columns; at most two stages are built")
        if len(self.population_sizes) == 2 and self.ssu is None:
            raise DesignError(
                "fpc names two stages; name the unit of the second stage too, for example ssu='household'"
            )
        if self.register is not None:
            check_register(self.register, self.strata, self.psu)

    @property
    def population_sizes(self) -> tuple[str, ...]:
        """Columns of the population sizes, outermost stage first; () without finite population correction."""
        return as_names(self.fpc)

    @property
    def stage_columns(self) -> tuple[str, ...]:
        """Columns that identify a unit of the innermost stage that enters the variance."""
        second = (self.ssu,) if self.ssu is not None and len(self.population_sizes) == 2 else ()
        return (self.strata, self.psu, *second)

    @property
    def calibration_variables(self) -> tuple[str, ...]:
        """Columns of the calibration categories; () where the weights were not calibrated."""
        return as_names(self.calibration.variables) if self.calibration else ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the persons must have for this design, each once."""
        initial = (self.calibration.initial_weight,) if self.calibration else ()
        named = (
            *self.stage_columns,
            self.weight,
            *initial,
            *self.population_sizes,
            *self.calibration_variables,
        )
        return tuple(dict.fromkeys(named))


def check_register(register: pd.DataFrame, strata: str, psu: str) -> None:
    """Refuse a register without the two columns or with an empty cell in them.

    Raises
    ------
    DesignError
        Names the columns that are there, or the first rows with an empty cell.
    """
    absent = [column for column in (strata, psu) if column not in register.columns]
    if absent:
        raise DesignError(
            f"the register has no column {absent}; it has {list(register.columns)}. "
            "Give it the same names as strata and psu of the design"
        )
    empty = register.index[register[[strata, psu]].isna().any(axis=1)]
    if len(empty):
        raise DesignError(
            f"the register has no stratum or PSU in rows {list(empty[:5])} ({len(empty)} in all)"
        )
