"""The definition of the example wave in its release: other readings hang together with what is published."""

import dataclasses
import shutil

import pandas as pd
import pytest

from survey.definition_report import TABLES
from survey.release import read_release
from survey.sensitivity import declared_for

FIGURES = ["n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high", "df", "deff", "cv"]


@pytest.fixture(scope="module")
def release(example_store):
    return example_store.open_release(example_store.releases()[-1]["release_id"])


@pytest.fixture(scope="module")
def report(release):
    return release.defined


@pytest.mark.parametrize(
    ("fields", "base", "indicator"),
    [
        (4, "age15plus", "headline"),
        (4, "working", "headline"),
        (4, "all_ages", "headline"),
        (6, "age15plus", "strict"),
        (2, "age15plus", "lenient"),
        (1, "age15plus", "skill_ps"),
    ],
)
def test_a_published_reading_has_the_published_number(release, report, fields, base, indicator):
    seen = report.variants.query("rule == 'compulsory' and fields == @fields and base == @base").iloc[0]
    wanted = release.estimates.query(
        "indicator == @indicator and base == @base and breakdown == 'province'"
    ).iloc[0]
    for name in FIGURES:
        assert seen[name] == pytest.approx(wanted[name], rel=1e-12), name
    assert seen["quality"] == wanted["quality"]
    assert seen["published"] == ((fields, base) == (4, "age15plus"))


def test_every_number_of_fields_is_read_on_every_base(report):
    assert report.variants["published"].sum() == 1
    counted = report.variants.groupby(["rule", "base"])["fields"].agg(list)
    assert all(fields == [1, 2, 3, 4, 5, 6] for fields in counted)
    assert set(counted.index.get_level_values("base")) == {
        "age15plus", "working", "age15_64", "age16_74", "internet3m", "all_ages",
    }  # fmt: skip
    for _, rows in report.variants.groupby(["rule", "base"]):
        shares = rows.sort_values("fields")["estimate"]
        assert shares.is_monotonic_decreasing


def test_asking_for_public_services_is_never_the_weaker_rule(report):
    shares = report.variants.pivot(index=["fields", "base"], columns="rule", values="estimate")
    assert (shares["compulsory"] <= shares["any"] + 0.01).all()
    assert shares.loc[6, "compulsory"].tolist() == pytest.approx(shares.loc[6, "any"].tolist())


def test_counting_help_is_never_the_narrower_reading(release, report):
    """Alone is within with help, and with help within aware; domains differ by a few who did not answer."""
    shares = report.variants.pivot(index=["fields", "base"], columns="rule", values="estimate")
    assert (shares["compulsory"] < shares["with_help"]).all()
    aware = release.estimates.query("indicator == 'know_ps' and base == 'age15plus' and unit == 'province'")
    assert shares.loc[(1, "age15plus"), "with_help"] < aware["estimate"].iloc[0] + 0.01
    assert not report.variants.query("rule == 'with_help'")["published"].any()


def test_another_definition_has_no_readings_declared_for_this_one(release):
    assert declared_for(release.definition) is not None
    assert declared_for(dataclasses.replace(release.definition, id="another")) is None


def test_the_undetermined_bound_the_headline(release, report):
    shares = report.treatments.set_index("treatment")
    headline = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and unit == 'province'"
    )
    assert shares.loc["outside", "estimate"] == pytest.approx(headline["estimate"].iloc[0], rel=1e-12)
    assert (
        shares.loc["as_no", "estimate"] < shares.loc["outside", "estimate"] < shares.loc["as_yes", "estimate"]
    )
    assert shares["n"].to_dict() == {"outside": 1492, "as_no": 1508, "as_yes": 1508}
    row = report.undetermined.query("indicator == 'headline' and base == 'age15plus'").iloc[0]
    assert (row["members"], row["undetermined"]) == (1508, 16)


def test_examples_are_worked_out_as_the_committee_expects(release, report):
    found = report.examples.set_index(["example", "condition"])["verdict"]
    words = {True: "yes", False: "no", None: "unknown"}
    for number, example in enumerate(release.definition.examples, start=1):
        for condition, expected in example.expect.items():
            assert found[number, condition] == words[expected]
    assert len(report.examples) == len(release.definition.examples) * len(release.definition.conditions)


def test_the_words_are_those_of_the_form(report):
    questions = report.questions.set_index("question")
    assert questions.loc["c0_age", "vi"] == "Tuổi tròn của người trả lời"
    assert questions.loc["e6_can_qr", "en"].startswith("Pay by scanning a QR code")
    answers = report.answers.set_index(["question", "code"])
    assert answers.loc[("e1_can_submit", "3"), "vi"] == "Tự làm được, không cần ai giúp"
    assert answers.loc[("disposition", "120"), "vi"] == "Phỏng vấn dở dang, đã xong phần E"


def test_the_release_keeps_the_tables_and_opens_without_them(release, example_store, tmp_path):
    assert set(release.defined.frames()) == set(TABLES)
    assert all(isinstance(table, pd.DataFrame) for table in release.defined.frames().values())
    assert release.defined.versions["version"].tolist() == [release.definition.version]
    folder = tmp_path / release.id
    shutil.copytree(example_store.root / "releases" / release.id, folder)
    for path in folder.glob("defined_*.parquet"):
        path.unlink()
    assert read_release(folder).defined is None
    assert read_release(folder).fields is not None
