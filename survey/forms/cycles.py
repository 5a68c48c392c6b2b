"""Calculations and conditions of a form that wait for each other: on the tablet the form would not open."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from survey.forms.tables import FormNode
from survey.instrument import REFERENCE
from survey.messages import Finding, finding


def lint_cycles(nodes: Iterable[FormNode]) -> Iterator[Finding]:
    """Report the first circle in which calculations or conditions (`relevant`) need each other.

    A question that names itself is left to ODK Validate: within ``once()`` that is sound.
    """
    rows = {node.name: node.row for node in nodes if node.kind == "question"}
    needed = {
        node.name: {*REFERENCE.findall(" ".join((node.row.text("calculation"), *node.relevants)))}
        - {node.name}
        for node in nodes
        if node.kind == "question"
    }
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        # Each is needed by the next; the first stands at the end again.
        circle = list(reversed(error.args[1]))
        yield finding(
            "form_cycle",
            sheet="survey",
            row=rows[circle[0]].number,
            facts={"circle": " → ".join(circle)},
        )
