"""Unanswered questions as bars: of those asked, who did not know, and who gave no answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.chart_style import HALO, INK, TRACK, Chart, Spec, complete, tips, touch
from dashboard.text import Text

STEP, THICK = 66, 13
NAME, SAID, DROP = -22, -5, 16  # pixels from the middle of a row to its wording, its shares and its bar
PAPER = {"dont_know": "#e69f00", "no_answer": "#0072b2"}
ROOM = 1.15  # of the longest bar
LEAST = 0.05  # an axis shorter than five percent would make much of nothing


@dataclass(frozen=True, slots=True)
class Item:
    """A question: its name, its words, and of `asked` persons how many gave which kind of answer."""

    question: str
    label: str
    use: str
    interviews: int
    answered: int
    dont_know: int
    no_answer: int
    not_asked: int

    @property
    def asked(self) -> int:
        """Persons who were asked."""
        return self.interviews - self.not_asked

    def share(self, kind: str) -> float:
        """Share of those asked; NaN where nobody was."""
        return getattr(self, kind) / self.asked if self.asked else float("nan")

    @property
    def open(self) -> float:
        """Share of those asked from whom nothing is known."""
        return self.share("dont_know") + self.share("no_answer")


def chart_items(text: Text, items: Sequence[Item], alt: str) -> Chart:
    """Draw one row a question: its name and both shares in words, and below them the bar."""
    top = max([LEAST, *(ROOM * item.open for item in items)])
    row: Spec = {"field": "row", "type": "ordinal", "sort": None, "axis": None, "scale": {"padding": 0}}
    x: Spec = {"type": "quantitative", "scale": {"domain": [0, top], "nice": False}}
    axis: Spec = {"title": text("sure.items_axis"), "format": ".0%", "tickCount": 5, "ticks": False}
    words: Spec = {"type": "text", "align": "left", "fontSize": 13, "color": INK, "limit": {"expr": "width"}}
    lane: Spec = {"yOffset": DROP, "height": THICK}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "color": TRACK, **lane},
            "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": row},
        },
        *(
            {
                "mark": {"type": "rect", "color": PAPER[kind], **lane},
                "encoding": {
                    "x": {"field": f"{kind}_from", **x, "axis": axis if place == 0 else None},
                    "x2": {"field": f"{kind}_to"},
                    "y": row,
                },
            }
            for place, kind in enumerate(PAPER)
        ),
        *(
            {
                "layer": [{"mark": {**words, "dy": rise, **HALO}}, {"mark": {**words, "dy": rise}}],
                "encoding": {"x": {"value": 0}, "y": row, "text": {"field": field}},
            }
            for field, rise in (("label", NAME), ("said", SAID))
        ),
        touch(
            {"x": {"value": 0}, "x2": {"value": "width"}, "y": row},
            tips(
                (text("sure.column_question"), "label"),
                *((text(f"sure.column_{kind}"), kind) for kind in ("asked", *PAPER)),
            ),
        ),
    ]
    spec: Spec = {
        "height": STEP * len(items),
        "data": {"values": [_row(text, place, item) for place, item in enumerate(items)]},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


def item_words(text: Text, item: Item) -> str:
    """Say both shares of one question behind its words."""
    return text("sure.item_row", {"question": item.label, "shares": item_shares(text, item)})


def item_shares(text: Text, item: Item) -> str:
    """Say both shares of one question."""
    return text("sure.item_shares", {kind: text.percent(item.share(kind)) for kind in PAPER})


def _row(text: Text, place: int, item: Item) -> Spec:
    unknown = item.share("dont_know")
    return {
        "row": place,
        "said": item_shares(text, item),
        "label": item.label,
        "asked": text.count(item.asked),
        "dont_know": text.percent(unknown),
        "no_answer": text.percent(item.share("no_answer")),
        "dont_know_from": 0,
        "dont_know_to": unknown,
        "no_answer_from": unknown,
        "no_answer_to": item.open,
    }
