"""What became of the sample: final results, the sample list, response rates, completion by area.

======================  ==================================================================================
``settling``            from submissions to the final result of every issued household
``sample_list``         every sampled address with what became of it
``rates``               response rates of AAPOR, unweighted and weighted, household by person
``completion``          what each enumeration area has, and what is left to do there
``interviewers``        one row an interviewer, with the reasons to look
``patterns``            who stands out against all other interviewers
``selection``           whether the draw within the household was kept
``lottery``             one person a household by lot: what chance would take
``overview``            all of it for one wave of the store
======================  ==================================================================================

``interviewers``, ``selection`` and ``overview`` read the checks of :mod:`survey.validation`, which reads
the final results: import them by their names.
"""

from survey.fieldwork.completion import completion_table
from survey.fieldwork.rates import rates_table
from survey.fieldwork.sample_list import sample_list
from survey.fieldwork.settling import (
    COMPLETE,
    COUNTS,
    NOT_REACHED,
    OUTCOMES,
    PARTIAL,
    REJECTED,
    WRONG_RESPONDENT,
    Fieldwork,
    outcome,
    response_rates,
    response_table,
    settle,
)

__all__ = [
    "COMPLETE",
    "COUNTS",
    "NOT_REACHED",
    "OUTCOMES",
    "PARTIAL",
    "REJECTED",
    "WRONG_RESPONDENT",
    "Fieldwork",
    "completion_table",
    "outcome",
    "rates_table",
    "response_rates",
    "response_table",
    "sample_list",
    "settle",
]
