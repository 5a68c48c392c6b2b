"""How far the headline hangs on its definition: fields, help, other bases, the undetermined."""

from collections.abc import Iterator

import pandas as pd

from survey import places
from survey.definition_report import TABLES, DefinitionReport
from survey.estimates import BOUNDED
from survey.estimating import beside, estimated
from survey.indicators import judged_examples, score
from survey.indicators.declared import Declared, load_declared
from survey.indicators.definition import Definition
from survey.indicators.funnel import widened
from survey.indicators.history import History, load_history
from survey.indicators.variants import Variant, variants
from survey.instrument import Instrument
from survey.scored import PROVINCE, Scored
from survey.wave import WeighedWave
from survey.wording import answer_table, question_table, questions_read

OUTSIDE, AS_NO, AS_YES = "outside", "as_no", "as_yes"


def definition_report(weighed: WeighedWave, scored: Scored, form: Instrument) -> DefinitionReport:
    """Put the definition into words, work out its examples, and estimate its other readings (M20).

    Parameters
    ----------
    weighed : WeighedWave
    scored : Scored
        Its scored persons.
    form : Instrument
        By which the answers were read.
    """
    definition = scored.definition
    declared = declared_for(definition)
    options = variants(definition, declared)
    wider = widened(
        definition,
        {**(declared.conditions if declared else {}), **{one.name: one.condition for one in options}},
        declared.invariants if declared else (),
    )
    scores = score(weighed.weights.persons, wider, weighed.wave.year)
    questions = questions_read(definition)
    history = load_history(places.definition_versions())
    tables = {
        "questions": question_table(questions, form),
        "answers": answer_table(questions, form),
        "examples": judged_examples(definition),
        "variants": _variants(scored, scores, options),
        "treatments": _treatments(scored, scores),
        "undetermined": pd.DataFrame(_undetermined(definition, scores)),
        "versions": _versions(definition, history),
        "open": _open(definition, history),
    }
    return DefinitionReport(
        **{name: tables[name].reindex(columns=list(columns)) for name, columns in TABLES.items()}
    )


def declared_for(definition: Definition) -> Declared | None:
    """Return the readings that are declared beside a definition; None where they are of another one."""
    declared = load_declared(places.other_readings())
    return declared if declared.definition == definition.id else None


def _variants(scored: Scored, scores: pd.DataFrame, options: tuple[Variant, ...]) -> pd.DataFrame:
    """Estimate every variant on every base of persons, and the lower bounds on wider bases."""
    definition = scored.definition
    if not options:
        return pd.DataFrame()
    asked = [base.id for base in definition.bases.values() if base.where is not None]
    named = pd.DataFrame(
        [
            {"indicator": f"{one.name}_{base}", "rule": one.rule, "fields": one.fields, "base": base}
            for one in options
            for base in asked
        ]
    )
    columns = {
        f"{one.name}_{base}": scores[one.name].where(scores[f"base_{base}"] == 1)
        for one in options
        for base in asked
    }
    found = estimated(beside(scored, columns), list(columns)).frame.merge(
        named, on="indicator", validate="one_to_one"
    )
    table = pd.concat([found, *_lower_bounds(scored, found)], ignore_index=True)
    head = definition.conditions[definition.headline.rule]
    own = [f"{one.name}_{definition.headline.base}" for one in options if one.condition == head]
    return table.assign(published=table["indicator"].isin(own) & (table["base"] == definition.headline.base))


def _lower_bounds(scored: Scored, found: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Count persons who were not asked as unskilled, as the published lower bound does."""
    first = found[found["base"] == scored.definition.headline.base]
    share = scored.gazetteer.share_15plus(PROVINCE)
    for base in scored.definition.bases.values():
        if base.factor is not None and not share.empty:
            known = float(share.loc[PROVINCE])
            yield first.assign(base=base.id, **{name: first[name] * known for name in BOUNDED})


def _treatments(scored: Scored, scores: pd.DataFrame) -> pd.DataFrame:
    """Estimate the headline with the undetermined outside, and with all of them on one side."""
    head = scored.definition.headline
    inside = scores[f"base_{head.base}"] == 1
    settled = scores[head.rule].where(inside)
    columns = {
        OUTSIDE: settled,
        AS_NO: settled.fillna(0.0).where(inside),
        AS_YES: settled.fillna(1.0).where(inside),
    }
    found = estimated(beside(scored, columns), list(columns)).frame
    return found.rename(columns={"indicator": "treatment"})


def _undetermined(definition: Definition, scores: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Count who is in a base, and whose answers leave a condition open."""
    first = definition.headline.base
    asked = [(name, first) for name in definition.conditions]
    asked += [
        (entry.rule, entry.base)
        for entry in definition.publish
        if entry.base != first and definition.bases[entry.base].where is not None
    ]
    for rule, base in asked:
        members = scores[f"base_{base}"] == 1
        yield {
            "indicator": rule,
            "base": base,
            "members": int(members.sum()),
            "undetermined": int(scores.loc[members, rule].isna().sum()),
        }


def _versions(definition: Definition, history: History) -> pd.DataFrame:
    rows = [
        {"version": one.version, "date": one.date, "status": one.status, "sha256": one.sha256, **one.changes}
        for one in history.versions.get(definition.id, ())
    ]
    return pd.DataFrame(rows, columns=list(TABLES["versions"]))


def _open(definition: Definition, history: History) -> pd.DataFrame:
    rows = [
        {"version": one.version, **words}
        for one in history.versions.get(definition.id, ())
        for words in one.open
    ]
    return pd.DataFrame(rows, columns=list(TABLES["open"]))
