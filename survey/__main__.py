"""The command line ``kynangso``: announce, take in, correct, weigh, release, compare, trace, serve."""

import typer

from survey.commands import (
    accounts,
    correct,
    duplicate,
    fieldwork,
    figures,
    files,
    form_papers,
    geo,
    publish,
    pull,
    released,
    sample,
    show,
    tables,
    targets,
    tracing,
    waves,
)
from survey.commands.session import Commands, Session, StoreOption

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Điều tra kỹ năng số, từ tệp dữ liệu đến bản công bố / digital skill surveys, files to releases.",
    epilog="Mã kết thúc / exit codes: 0 xong / done, 1 từ chối / refused, 2 sai cú pháp / misused.",
)
app.add_typer(waves.app, name="wave")
app.add_typer(form_papers.app, name="form")
app.add_typer(geo.app, name="geo")
app.add_typer(pull.app, name="pull")
app.add_typer(sample.app, name="sample")
app.add_typer(correct.app, name="correct")
app.add_typer(duplicate.app, name="duplicates")
app.add_typer(targets.app, name="targets")
app.add_typer(publish.app, name="publish")
app.add_typer(accounts.app, name="roles")
for _command in (
    files.ingest,
    figures.weigh,
    figures.estimate,
    figures.release,
    released.show,
    figures.change,
    tracing.trace,
    fieldwork.fieldwork,
    files.verify,
    show.demo,
    show.serve,
):
    app.command()(_command)
app.command("tabulate")(tables.tabulate_question)


@app.callback()
def choose(ctx: typer.Context, *, store: StoreOption = None) -> None:
    """Điều tra kỹ năng số / digital skill surveys, from export files to releases."""
    ctx.obj = Session(store)


def main() -> None:
    """Run the command line; exit code 0 done, 1 refused, 2 misused."""
    app(prog_name="kynangso")


if __name__ == "__main__":
    main()
