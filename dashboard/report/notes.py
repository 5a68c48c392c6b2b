"""What stands in every file beside the numbers: warnings, definition, methods, origin."""

from dashboard import data, layout, publication_words
from dashboard.definition_view import definition_facts
from dashboard.report.naming import indicator_name
from dashboard.text import Text
from survey.publishing.standing import Standing
from survey.release import Release


def warnings(text: Text, release: Release, standing: Standing) -> tuple[str, ...]:
    """Say what nobody may overlook: simulated data, a draft or a correction, a definition not approved."""
    manifest = release.manifest
    return (
        *((text("app.synthetic"),) if manifest["synthetic"] else ()),
        *publication_words.warnings(text, standing),
        *layout.proposed(text, release),
    )


def about(text: Text, release: Release, standing: Standing) -> tuple[tuple[str, str], ...]:
    """Say where the numbers come from: release, state, wave, boundaries, data, definition, software."""
    manifest = release.manifest
    geography, definition, design = manifest["geography"], manifest["definition"], manifest["design"]
    place = data.province_name(release, text.language)
    interviews = {
        "interviews": text.count(manifest["data"]["interviews"]),
        "psu": text.count(design["psu_with_interviews"]),
        "sampled": text.count(design["psu_sampled"]),
    }
    return (
        (text("report.release"), release.id),
        (text("report.state"), publication_words.state_word(text, standing)),
        (text("report.simulated"), text("report.yes" if manifest["synthetic"] else "report.no")),
        (text("report.wave"), str(manifest["wave"])),
        (text("report.place"), place),
        (text("report.geography"), f"{geography['pack']}, {geography['edition']}"),
        (text("report.definition"), f"{definition['id']}, {definition['version']}"),
        (
            text("report.indicator"),
            indicator_name(text, release.definition.headline.rule, release.definition.headline.base),
        ),
        (text("report.definition_hash"), definition["sha256"]),
        (text("report.data_hash"), manifest["data"]["fingerprint"]),
        (text("report.sample"), text("report.sample_words", interviews)),
        (text("report.level"), f"{layout.level(text, release)}, {design['interval']}"),
        (text("report.standard"), str(design["standard"])),
        (text("report.counted"), " ".join(layout.counted(text, release))),
        (text("report.software"), f"{manifest['software']['name']} {manifest['software']['version']}"),
    )


def methods(text: Text, release: Release) -> tuple[str, ...]:
    """Say how the numbers were made, in words of an official."""
    level = {"level": layout.level(text, release)}
    keys = ("weighting", "variance", "verdicts", "publication", "rounding")
    return tuple(text(f"report_method.{key}", level) for key in keys)


def definition(text: Text, release: Release) -> tuple[tuple[str, str], ...]:
    """Write the definition as the page writes it."""
    return definition_facts(text, release.definition)
