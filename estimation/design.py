"""The sampling design: which columns say from where a person was drawn and how many people one stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from estimation.variance import LONELY_RULES

OVERLAPS = ("independent", "same_psus", "panel")
GIVEN_KINDS = ("brr", "fay", "jk1", "jkn", "bootstrap", "sdr")
MADE_KINDS = ("bootstrap", "jkn")
CENTRES = ("estimate", "mean")
PPS_METHODS = ("brewer",)
ROW = "__row"


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

    Post-stratification, raking, GREG and logit-bounded calibration have the same variance to first order, so
    only the variables are named and not the distance that was used (Deville & Särndal 1992, R ``calibrate``).

    Attributes
    ----------
    variables : sequence of str
        Columns of categories whose population totals the final weights meet, for example
        ``("stratum", "sex_age")``; each one is a set of dummies in the regression of M10.
    numbers : sequence of str
        Columns of numbers whose population totals the final weights meet, for example ``"household_size"``.
    initial_weight : str
        Column of the weights before calibration.
    """

    variables: Sequence[str] = ()
    numbers: Sequence[str] = ()
    initial_weight: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", as_names(self.variables))
        object.__setattr__(self, "numbers", as_names(self.numbers))
        if not self.variables and not self.numbers:
            raise DesignError(
                "Calibration.variables is empty; name at least one column of categories, or of numbers in "
                "Calibration.numbers (R: calibrate(formula=~sex+region))"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How the samples of two waves hang together; without it a change between waves has no variance (M8).

    Attributes
    ----------
    wave : str
        Column that tells the waves apart.
    kind : {"independent", "same_psus", "panel"}
        `independent`: drawn anew, so the wave becomes part of the stratum. `same_psus`: the same PSUs, other
        households. `panel`: the same persons. Under the last two a PSU keeps its stratum and code in every
        wave, and the covariance arises by itself.
    """

    wave: str
    kind: str

    def __post_init__(self) -> None:
        if self.kind not in OVERLAPS:
            raise DesignError(f"unknown overlap of waves {self.kind!r}; choose one of {list(OVERLAPS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """Replicate weights instead of linearisation: those of the data's producer, or made here (M11).

    Attributes
    ----------
    kind : {"brr", "fay", "jk1", "jkn", "bootstrap", "sdr"}
        How the replicates were made. Without `columns` they are made here from totals of PSUs: `bootstrap`
        (Rao-Wu-Yue) or `jkn`.
    columns : sequence of str
        Columns of given replicate weights; () = make them here.
    number : int
        Bootstrap replicates to make, 500 or more for a published number.
    seed : int
        Of the bootstrap made here; the same seed, the same replicates.
    scale : float, optional
        Factor of the sum of squares, above 0; None = what the kind prescribes.
    rscales : sequence of float
        Further factor of each given replicate, 0 or more; () = 1 each. Given `jkn` weights need theirs,
        (n_h - 1)/n_h. Replicates made here have their own.
    fay : float
        Fay's coefficient ρ in (0, 1). The kind `fay` needs it unless `scale` is declared; no other has it.
    centre : {"estimate", "mean"}
        What the squares are taken around (R ``mse = TRUE`` and ``FALSE``).
    combined : bool
        Whether given columns are weights (True) or factors of the final weight (False).
    recalibrate : bool
        Whether replicates made here are calibrated anew, each to the totals of the design's calibration.
    df : int, optional
        Degrees of freedom declared by the producer, where the persons do not name their PSU.

    Raises
    ------
    DesignError
        An unknown kind or centre, with the choices; a number, scale, rscales or Fay's coefficient that the
        kind cannot have; given weights that are to be recalibrated.
    """

    kind: str
    columns: Sequence[str] = ()
    number: int = 500
    seed: int = 0
    scale: float | None = None
    rscales: Sequence[float] = ()
    fay: float = 0.0
    centre: str = "estimate"
    combined: bool = True
    recalibrate: bool = False
    df: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", as_names(self.columns))
        object.__setattr__(self, "rscales", tuple(float(scale) for scale in self.rscales))
        _check_kind(self)
        _check_fay(self)
        _check_scales(self)

    @property
    def made(self) -> bool:
        """Whether the replicates are made here."""
        return not self.columns


def _check_kind(replicates: Replicates) -> None:
    """Refuse an unknown kind or centre, and what the columns rule out."""
    given, kind = bool(replicates.columns), replicates.kind
    kinds = GIVEN_KINDS if given else MADE_KINDS
    if kind not in kinds:
        what = "given replicate weights" if given else "replicates made here (no columns given)"
        function = "svrepdesign" if given else "as.svrepdesign"
        raise DesignError(
            f"unknown kind of {what} {kind!r}; choose one of {list(kinds)} (R: {function}(type=))"
        )
    if replicates.centre not in CENTRES:
        raise DesignError(
            f"unknown centre of replicates {replicates.centre!r}; choose one of {list(CENTRES)} "
            "(R: svrepdesign(mse=TRUE) is 'estimate')"
        )
    if replicates.number < 2:
        raise DesignError(f"{replicates.number} replicates have no variance; ask for 500 or more")
    if given and replicates.recalibrate:
        raise DesignError("given replicate weights are taken as they are; recalibrate acts on made ones")


def _check_fay(replicates: Replicates) -> None:
    """Refuse Fay's coefficient where the kind has none, and its kind without one."""
    if not 0 <= replicates.fay < 1:
        raise DesignError(f"Fay's coefficient lies in [0, 1), for example 0.3; got {replicates.fay}")
    if replicates.kind != "fay" and replicates.fay != 0:
        raise DesignError(
            f"fay={replicates.fay} belongs to the kind 'fay' and the kind is {replicates.kind!r}; leave fay "
            "out, or declare kind='fay' (R: svrepdesign(type='Fay', rho=))"
        )
    if replicates.kind == "fay" and replicates.fay == 0 and replicates.scale is None:
        raise DesignError(
            "the kind 'fay' needs the coefficient its weights were made with, often 0.3 or 0.5: "
            "Replicates(kind='fay', fay=0.5); without one it is 'brr' (R: svrepdesign(type='Fay', rho=0.5))"
        )


def _check_scales(replicates: Replicates) -> None:
    """Refuse factors of the squares that are no variance, or that the kind does not have."""
    scale, rscales, columns = replicates.scale, replicates.rscales, replicates.columns
    if scale is not None and not 0 < scale < math.inf:
        raise DesignError(
            f"scale multiplies the sum of squares and is a number above 0, for example 1/R; got {scale}. "
            "Leave it out for what the kind prescribes (R: svrepdesign(scale=))"
        )
    if rscales and not columns:
        raise DesignError(
            "rscales belong to given columns of replicate weights; those made here have their own"
        )
    if rscales and len(rscales) != len(columns):
        raise DesignError(
            f"{len(rscales)} rscales for {len(columns)} columns of replicate weights; give one to each"
        )
    unfit = [place for place, factor in enumerate(rscales) if not 0 <= factor < math.inf]
    if unfit:
        raise DesignError(
            f"rscales multiply squares and are numbers of 0 or more; {len(unfit)} are not, first "
            f"{rscales[unfit[0]]} for {columns[unfit[0]]!r} (R: svrepdesign(rscales=))"
        )
    if columns and replicates.kind == "jkn" and not rscales:
        raise DesignError(
            "given jkn weights need rscales, (n_h - 1)/n_h of the stratum that each replicate thins "
            "(R: svrepdesign(type='JKn', rscales=))"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Stratified cluster sample of any number of stages; fields are column names unless said otherwise.

    Attributes
    ----------
    weight : str
        Final weight: persons in the population that a person of the sample stands for. 0 keeps the row in the
        design (its PSU was sampled) and out of every estimate.
    strata : str or sequence of str, optional
        Stratum of the first stage; several columns are crossed, None = one stratum.
    psu : str, optional
        Primary sampling unit. The same code in two strata means two units. None = every row is one.
    ssu : str or sequence of str, optional
        Units of the second and later stages, for example ``"household"``. They matter only where `fpc` names
        their stage: where PSUs count as drawn with replacement, the first stage alone carries the variance.
    fpc : str or sequence of str, optional
        Columns with the number of units in the population, N_h and M_hi of M2, one for each stage, outermost
        first: PSUs in the stratum, second-stage units in the PSU ... Without it the sample counts as drawn
        with replacement. A PSU taken with certainty has as many units in the population as in the sample.
    pps : {"brewer"}, optional
        PPS without replacement by Brewer's approximation: `fpc` then holds inclusion probabilities (M2).
    lonely : {"fail", "adjust", "average", "certainty"}
        What a stratum with one sampled PSU adds to the variance (M3).
    lonely_domain : bool
        Whether `adjust` and `average` also act where a domain lies in one PSU of a stratum with several (M3).
    register : DataFrame, optional
        Every sampled PSU, also those without one interview, in columns named as `strata` and `psu`. n_h and
        the rule for a lonely PSU count on it; without it they count the PSUs among the persons.
    calibration : Calibration, optional
        Given where `weight` was raked or otherwise fitted to known totals.
    overlap : Overlap, optional
        Given where waves are stacked, one row a person and wave.
    replicates : Replicates, optional
        Given where the variance is to come from replicate weights.
    """

    weight: str
    strata: str | Sequence[str] | None = None
    psu: str | None = None
    ssu: str | Sequence[str] | None = None
    fpc: str | Sequence[str] | None = None
    pps: str | None = None
    lonely: str = "fail"
    lonely_domain: bool = False
    register: pd.DataFrame | None = None
    calibration: Calibration | None = None
    overlap: Overlap | None = None
    replicates: Replicates | None = None

    def __post_init__(self) -> None:
        for name in ("strata", "ssu", "fpc"):
            object.__setattr__(self, name, as_names(getattr(self, name)))
        _check_choices(self)
        _check_stages(self)
        _check_replicates(self)
        if self.register is not None:
            check_register(self.register, self.psu_columns)

    @property
    def strata_columns(self) -> tuple[str, ...]:
        """Columns whose crossed values are the strata, the wave among them where waves are independent."""
        strata = as_names(self.strata)
        if self.overlap is not None and self.overlap.kind == "independent":
            return tuple(dict.fromkeys((self.overlap.wave, *strata)))
        return strata

    @property
    def population_sizes(self) -> tuple[str, ...]:
        """Columns of `fpc`, outermost stage first; () without finite population correction."""
        return as_names(self.fpc)

    @property
    def psu_columns(self) -> tuple[str, ...]:
        """Columns that identify a PSU; :data:`ROW` where every row is one, () where only replicates tell."""
        if self.psu is not None:
            return (*self.strata_columns, self.psu)
        return () if self.replicates is not None else (*self.strata_columns, ROW)

    @property
    def stage_columns(self) -> tuple[str, ...]:
        """Columns that identify a unit of the innermost stage that enters the variance."""
        later = as_names(self.ssu)[: max(len(self.population_sizes) - 1, 0)]
        return (*self.psu_columns, *later)

    @property
    def calibration_variables(self) -> tuple[str, ...]:
        """Columns of the calibration categories; () where the weights were not calibrated."""
        return as_names(self.calibration.variables) if self.calibration else ()

    @property
    def calibration_numbers(self) -> tuple[str, ...]:
        """Columns of the calibration numbers; () where there are none."""
        return as_names(self.calibration.numbers) if self.calibration else ()

    @property
    def replicate_columns(self) -> tuple[str, ...]:
        """Columns of given replicate weights; () where there are none."""
        return as_names(self.replicates.columns) if self.replicates else ()

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
            *self.calibration_numbers,
            *self.replicate_columns,
        )
        return tuple(name for name in dict.fromkeys(named) if name != ROW)


def _check_choices(design: Design) -> None:
    """Refuse an unknown rule for lonely PSUs or an unknown PPS method, with the choices."""
    if design.lonely not in LONELY_RULES:
        raise DesignError(
            f"unknown rule for a lonely PSU {design.lonely!r}; choose one of {list(LONELY_RULES)} "
            "(R: options(survey.lonely.psu=))"
        )
    if design.pps is not None and design.pps not in PPS_METHODS:
        raise DesignError(
            f"unknown PPS method {design.pps!r}; choose one of {list(PPS_METHODS)} (R: svydesign(pps=))"
        )
    if design.pps is not None and not design.population_sizes:
        raise DesignError(
            "pps='brewer' needs the inclusion probabilities of the PSUs; name their column in fpc "
            "(R: svydesign(fpc=~pi, pps='brewer'))"
        )


def _check_stages(design: Design) -> None:
    """Refuse population sizes of stages whose units are not named."""
    later = as_names(design.ssu)
    if len(design.population_sizes) > 1 + len(later):
        raise DesignError(
            f"fpc names {len(design.population_sizes)} stages; name the units of the second and later stages "
            "too, for example ssu='household' (R: svydesign(ids=~ea+household, fpc=~N_ea+N_household))"
        )
    if later and design.psu is None:
        raise DesignError(
            f"ssu={list(later)} without psu; name the units of the first stage (R: svydesign(ids=~ea+hh))"
        )
    if design.register is not None and design.psu is None:
        raise DesignError("a register lists PSUs; name their column as psu")


def _check_replicates(design: Design) -> None:
    """Refuse replicates that cannot be made, or that leave the degrees of freedom unknown."""
    replicates = design.replicates
    if replicates is None or design.psu is not None:
        return
    if replicates.made:
        raise DesignError(
            "replicates are made from totals of PSUs; name the column psu (R: svydesign(ids=~ea))"
        )
    if replicates.df is None:
        raise DesignError(
            "the design names no psu, so the degrees of freedom are unknown: name strata and psu, or declare "
            "Replicates(df=...) as the producer of the data states it, often PSUs less strata (R: degf=)"
        )


def check_register(register: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a register without the columns of the design or with an empty cell in them.

    Raises
    ------
    DesignError
        Names the columns that are there, or the first rows with an empty cell.
    """
    absent = [column for column in columns if column not in register.columns]
    if absent:
        raise DesignError(
            f"the register has no column {absent}; it has {list(register.columns)}. "
            "Give it the same names as strata and psu of the design"
        )
    empty = register.index[register[list(columns)].isna().any(axis=1)]
    if len(empty):
        raise DesignError(
            f"the register has no stratum or PSU in rows {list(empty[:5])} ({len(empty)} in all)"
        )
