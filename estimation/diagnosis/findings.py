"""What the design linter may say: one table of sentences, errors, warnings and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

SEVERITIES = ("error", "warning", "note")
COLUMNS = ("severity", "what", "where", "seen", "expected", "repair", "r_equivalent")


class Template(NamedTuple):
    """Sentences of one kind of finding; braces in `seen` and `repair` are filled with what was counted."""

    severity: str
    seen: str
    expected: str
    repair: str
    r_equivalent: str = ""


TEMPLATES: dict[str, Template] = {
    "design_value_missing": Template(
        "error",
        "rows without a value: {count:,}",
        "every person has a value in each column of the design",
        "fill it from the sample file; a person whose stratum or PSU is unknown cannot be placed",
        "svydesign() stops: missing values in `strata' (`id', `fpc')",
    ),
    "codes_mixed": Template(
        "error",
        "its codes are partly numbers and partly texts",
        "codes of one type, so that 3 and '3' are not two units",
        "read the column as text from the file on, for example read_csv(dtype=str)",
        "R turns them into texts without a word",
    ),
    "nobody_counts": Template(
        "error",
        "no person has a positive weight",
        "one row a person, with the weight of that person",
        "look at the filter that made the file, and at the column of the weights",
    ),
    "weight_missing": Template(
        "error",
        "rows without a weight: {count:,}",
        "a weight for every person; 0 for one who does not count",
        "give each of them the weight, or 0",
        "svydesign() stops: missing values in `weights'",
    ),
    "weight_negative": Template(
        "error",
        "rows with a weight below 0: {count:,}",
        "weights of 0 or more",
        "calibrate anew with bounded weights, for example Deville and Särndal's logit method",
        'calibrate(..., bounds = c(0.3, 3), calfun = "logit")',
    ),
    "weight_infinite": Template(
        "error",
        "rows with an infinite weight: {count:,}",
        "finite weights",
        "look for a division by a selection probability of 0",
    ),
    "weight_zero": Template(
        "note",
        "rows with weight 0: {count:,}",
        "a positive weight for each usable interview",
        "nothing, if they are meant to count in the design and in no estimate",
        "subset() of a design keeps such rows with weight 0",
    ),
    "weight_constant": Template(
        "warning",
        "all weights are 1",
        "the number of people in the population that each person stands for",
        "name the column of the final weights; with weights of 1 estimates speak of the sample only",
        "weights = ~1",
    ),
    "weight_sum": Template(
        "warning",
        "the weights sum to {total:,.6g} over {persons:,} persons",
        "the size of the population, well above that of the sample",
        "use weights that were not normalised; shares stay right, totals and design effects do not",
        "sum(weights(design))",
    ),
    "weight_extreme": Template(
        "warning",
        "persons above {bound:g} times the median weight {middle:,.6g}: {count:,}, at most {high:,.6g}",
        "weights within {bound:g} times their median",
        "look the selection probabilities up; if they are right, consider trimming (M10)",
        "trimWeights(design, upper = ...)",
    ),
    "initial_weight_unfit": Template(
        "error",
        "rows with a missing, negative or infinite weight before calibration: {count:,}",
        "a finite weight of 0 or more for every person",
        "take the weights that went into the calibration, unchanged",
    ),
    "initial_weight_zero": Template(
        "error",
        "rows that weigh 0 before calibration and more after it: {count:,}",
        "calibration multiplies: 0 stays 0",
        "name the weight that went into the calibration; these two do not belong together",
    ),
    "calibration_range": Template(
        "warning",
        "final over initial weight runs from {low:.3g} to {high:.3g}",
        "factors between 1/{bound:g} and {bound:g}",
        "check that both columns belong to one calibration and that the totals are of the same population; "
        "if so, bound the factors",
        "calibrate(..., bounds = c(low, high)); range(weights(after) / weights(before))",
    ),
    "replicates_absent": Template(
        "error",
        "columns of replicate weights that are not there: {count:,}",
        "each column that design.replicates names",
        "compare the names with the columns of the file",
        "svrepdesign(repweights = ...)",
    ),
    "lonely_refused": Template(
        "error",
        "places with one sampled unit: {count:,}; the design says lonely='fail'",
        "two sampled units or more in each",
        "merge with a like stratum, or declare lonely='adjust', 'average' or 'certainty'",
        'options(survey.lonely.psu = "fail")',
    ),
    "lonely_ruled": Template(
        "note",
        "places with one sampled unit: {count:,}; the design settles them by lonely={rule!r}",
        "two sampled units or more in each",
        "nothing, if the rule is meant (M3); merging with a like stratum is the other way",
        'options(survey.lonely.psu = "{rule}")',
    ),
    "psu_in_two_strata": Template(
        "warning",
        "PSU codes that occur in more than one stratum: {count:,} of {codes:,}",
        "each code in one stratum",
        "they are treated as different PSUs; if one PSU is meant, mend the stratum of its rows",
        "nest = TRUE does what is done here; without it svydesign() stops: Clusters not nested in strata",
    ),
    "psu_codes_reused": Template(
        "note",
        "PSU codes that occur in more than one stratum: {count:,} of {codes:,}",
        "codes that are numbered within their stratum are fine",
        "nothing: the pair of stratum and code is the PSU",
        "nest = TRUE",
    ),
    "psu_not_in_register": Template(
        "error",
        "PSUs that hold persons and are not in the register: {count:,}",
        "every PSU of the persons in the register",
        "complete the register, or compare the types: 25245002 and '25245002' are not the same",
    ),
    "psu_silent": Template(
        "note",
        "sampled PSUs without a person that counts: {count:,}",
        "interviews in every sampled PSU",
        "nothing: they count with a score of 0; say in the report why they are empty",
        "R does not know them unless rows of weight 0 stand for them",
    ),
    "stratum_silent": Template(
        "warning",
        "sampled strata without a person that counts: {count:,}",
        "interviews in every stratum",
        "the people of these strata are not represented: merge strata and weigh anew, or say that they are "
        "outside the survey",
    ),
    "fpc_below_sample": Template(
        "error",
        "places whose population size is below the number of sampled units: {count:,}",
        "N_h of at least n_h",
        "count the units of the frame, not those of the sample; the register may hold units drawn later",
        "svydesign() stops: FPC implies >100% sampling in some strata",
    ),
    "fpc_fraction": Template(
        "error",
        "it holds numbers between 0 and 1",
        "the number of units in the population",
        "give N_h; where f_h is known, N_h = n_h / f_h",
        "svydesign(fpc = ) takes fractions as well",
    ),
    "fpc_varies": Template(
        "error",
        "places within which it differs: {count:,}",
        "one population size in each",
        "mend the rows that differ; often strata were merged and the sizes were not added up",
        "svydesign() only warns: `fpc' varies within strata",
    ),
    "probability_unfit": Template(
        "error",
        "places with a number outside (0, 1]: {count:,}",
        "one inclusion probability above 0 and at most 1 for each unit",
        "give the probability of selection itself, not its inverse",
        'svydesign(fpc = ~probability, pps = "brewer")',
    ),
    "by_missing": Template(
        "warning",
        "rows without a value: {count:,} of {rows:,}",
        "a domain for every person",
        "they stay in the design and are in no domain; the domains do not add up to the whole",
        "svyby() leaves them out as well",
    ),
    "domain_not_estimable": Template(
        "warning",
        "domains seen in one PSU of each of their strata (df 0): {count:,}",
        "two PSUs or more in at least one stratum",
        "join it to a neighbour: the share is shown without interval and is suppressed",
        "R prints a standard error of 0",
    ),
    "domain_few_df": Template(
        "warning",
        "domains with fewer than {few} degrees of freedom: {count:,}",
        "df of {few} or more (M4, M9)",
        "the interval is right but wide, and a review is due; more PSUs help, more persons do not",
        "degf(subset(design, ...))",
    ),
    "domain_few_persons": Template(
        "warning",
        "domains with fewer than {few} persons with a value: {count:,}",
        "{few} persons or more (M9)",
        "join domains or waves; alone they are suppressed",
    ),
    "indicator_text": Template(
        "error",
        "it holds text",
        "numbers: 1, 0 and missing",
        "score the answers first, for example 'yes' to 1 and 'no' to 0",
        'svymean(~I(x == "yes"), design)',
    ),
    "indicator_not_binary": Template(
        "error",
        "rows with something else than 1, 0 and missing: {count:,}",
        "1, 0 and missing",
        "score the answers first (codes such as 98 become missing); for a number use estimate_means",
        "svymean(~I(x == 1), design)",
    ),
    "indicator_constant": Template(
        "warning",
        "everybody with a value has {value:g}",
        "both 1 and 0",
        "check how the answers were scored; a share of 0 or 1 has an exact interval only (M6)",
    ),
    "nonresponse_high": Template(
        "warning",
        "persons without a value: {share:.0%} ({weighted:.0%} weighted)",
        "{bound:.0%} at most",
        "nothing, if they are outside the domain of the indicator; if they did not answer, weigh or impute",
        "svymean(~is.na(x), design)",
    ),
    "nonresponse_psu": Template(
        "warning",
        "PSUs without any value: {count:,}",
        "answers in every PSU",
        "ask the interviewer or the supervisor of these PSUs; they leave the df of the indicator",
        "svyby(~is.na(x), ~psu, design, svymean)",
    ),
    "nonresponse_uneven": Template(
        "note",
        "PSUs with more missing values than chance explains: {count:,}",
        "about the same share everywhere",
        "look at the interviewers of these PSUs",
        "svyby(~is.na(x), ~psu, design, svymean)",
    ),
}


class Finding(NamedTuple):
    """One problem: its code, where it is, and the numbers that its sentences need."""

    code: str
    where: str
    counted: Mapping[str, object]


def as_table(found: list[Finding]) -> pd.DataFrame:
    """Say each finding in its sentences.

    Parameters
    ----------
    found : list of Finding

    Returns
    -------
    DataFrame, shape (findings, 7)
        The columns of :data:`COLUMNS`, errors first, then in the order of :data:`TEMPLATES`.
    """
    order = list(TEMPLATES)
    ranked = sorted(
        found, key=lambda it: (SEVERITIES.index(TEMPLATES[it.code].severity), order.index(it.code))
    )
    return pd.DataFrame([_sentences(finding) for finding in ranked], columns=list(COLUMNS), dtype="str")


def _sentences(finding: Finding) -> tuple[str, ...]:
    """Fill the sentences of a finding, in the order of :data:`COLUMNS`."""
    template = TEMPLATES[finding.code]
    told = (text.format(**finding.counted) if "{" in text else text for text in template[1:])
    return (template.severity, finding.code, finding.where, *told)
