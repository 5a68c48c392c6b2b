"""``kynangso sample``: the sample of a survey, before the fieldwork."""

import typer

from survey.commands import sample_draw

app = typer.Typer(no_args_is_help=True, help="Chọn mẫu / draw the sample of a survey")


@app.callback()
def group() -> None:
    """Draw the sample of a survey."""


app.command("check")(sample_draw.check)
app.command("draw")(sample_draw.draw)
app.command("households")(sample_draw.households)
app.command("rotate")(sample_draw.rotate)
