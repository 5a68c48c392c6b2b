"""What a survey costs, and the sample that a budget pays for (M13)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from estimation.planning.sample_size import best_take


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices of a survey, all in one currency.

    Attributes
    ----------
    area : float
        One more area: travel, listing, its supervisor. Positive.
    interview : float
        One more interview in an area. Positive.
    fixed : float
        What is paid whatever the size.

    Raises
    ------
    ValueError
        For a price that is not positive, or a fixed part below 0.
    """

    area: float
    interview: float
    fixed: float = 0.0

    def __post_init__(self) -> None:
        prices = (self.area, self.interview, self.fixed)
        if not all(map(math.isfinite, prices)) or min(self.area, self.interview) <= 0 or self.fixed < 0:
            raise ValueError("an area and an interview cost more than 0, and the fixed part is not below 0")

    def total(self, areas: float, interviews: float) -> float:
        """Cost of a sample.

        Parameters
        ----------
        areas, interviews : float

        Returns
        -------
        float
            fixed + area · areas + interview · interviews.
        """
        return self.fixed + self.area * areas + self.interview * interviews

    def areas_within(self, budget: float, take: float) -> int:
        """Most areas of `take` interviews that a budget pays for.

        Parameters
        ----------
        budget, take : float

        Returns
        -------
        int
            0 where it does not pay for one.
        """
        left = (budget - self.fixed) / self.total_of_area(take)
        return max(0, math.floor(left + 1e-9))

    def total_of_area(self, take: float) -> float:
        """Cost of one area with its interviews.

        Parameters
        ----------
        take : float

        Returns
        -------
        float
        """
        return self.area + self.interview * take

    def best_take(self, intraclass: float) -> float:
        """Interviews in an area that give most precision for the money.

        Parameters
        ----------
        intraclass : float
            In (0, 1).

        Returns
        -------
        float
            As :func:`estimation.planning.sample_size.best_take`.
        """
        return best_take(self.area, self.interview, intraclass)
