"""derive refute, work and score: derivations and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from derive.cli.common import notation_option, quoting, write_text
from derive.cli.jobs import complain_of, jobs_options, outcomes, workers_of
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.jobs.job import Outcome
    from derive.score import Scores


@click.command()
@click.argument("name")
@notation_option
def refute(name: str, notation: str | None) -> None:
    """The smallest exact counterexample found to a false claim, or to the first wrong line of a theorem.

    NAME is a false claim of the catalogue ('derive list' names them), or FILE.py::NAME.
    """
    from derive.board import catalogue
    from derive.board.entries import FalseClaim
    from derive.board.refusals import StepError
    from derive.board.wording import notation_for
    from derive.render.pens.text import conditions_text, term_text
    from derive.render.words.lettered import in_letters
    from derive.render.words.prose import unsaid_kinds

    e = catalogue.find(name)
    profile = notation_for(notation)
    if isinstance(e, FalseClaim):
        found = e.refute()
        click.echo(f"{e.name}\n  {in_letters(e.summary, (e.claims, *e.given), profile, e.name)}\n")
        conditions = conditions_text(e.given, profile, kinds=unsaid_kinds((*e.given, e.claims), profile))
        for i, condition in enumerate(conditions):
            click.echo(f"  {'given' if i == 0 else '     '}  {condition}")
        click.echo(f"  claim  {term_text(e.claims, profile)}\n\n  false at")
        _show_counterexample(found)
        if e.instead:
            click.echo(f"\n  what is true: derive show {e.instead}")
        return
    try:
        e.check()
    except StepError as error:
        wrong = error.counterexample
        if not wrong:
            raise UserError(f"{error}\n(no numbers were found that make the line false)") from None
        click.echo(f"{error.header}\n{error.formulas(profile)}\n\n  false at")
        _show_counterexample(wrong)
        return
    raise UserError(f"{name} is proved, so there is nothing to refute; 'derive show {name}' prints its derivation")


def _show_counterexample(found: Any) -> None:
    for variable, value in found.model.assignments():
        click.echo(f"    {variable} = {value}")
    if found.left is not None:
        from derive.falsify import approx

        click.echo(f"  left side   {_value(found.left, approx)}")
        click.echo(f"  right side  {_value(found.right, approx)}")
        if found.difference is not None:
            click.echo(f"  difference  {_value(found.difference, approx)}")
    else:
        click.echo(f"  {found.explanation}")


def _value(value: Any, approx: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(str, sorted(value))) + "}"
    exact = str(value)
    try:
        rounded = approx(value)
    except (TypeError, ValueError, AttributeError):
        return exact
    return exact if rounded == exact else f"{exact}  =  {rounded}"


@click.command()
@click.argument("name")
@click.option(
    "--given", "given", required=True, metavar="FILE", help="TOML or JSON with the numbers; - for standard input."
)
@click.option("--as", "target", type=click.Choice(["text", "latex"]), default="text", help="What to print.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the screen.")
@notation_option
def work(name: str, given: str, target: str, output: str | None, notation: str | None) -> None:
    """The derivation NAME with numbers put in: each line as a formula, with its numbers, and its value."""
    from derive.board import catalogue
    from derive.board.wording import notation_for
    from derive.work import read_numbers, work_out, worked_latex, worked_text

    entry = catalogue.find_theorem(name)
    profile = notation_for(notation)
    worked = work_out(entry.check(), read_numbers(given))
    text = worked_latex(worked, profile) if target == "latex" else worked_text(worked, profile)
    write_text(output, text)
    if worked.wrong:
        raise SystemExit(1)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--claimed", metavar="X", help="A total that somebody got; says what is wrong with it.")
@click.option(
    "--base", type=click.Choice(["e", "2", "10"]), default="e", help="The base of the logarithms in the file."
)
@click.option(
    "--tokens",
    metavar="FILE",
    help="Ids or texts of the tokens, where the response lists candidates and not which was taken.",
)
@jobs_options
def score(
    files: tuple[str, ...], claimed: str | None, base: str, tokens: str | None, jobs: int | None, address: str
) -> None:
    """Total, mean, probability, perplexity and bits of sequences of token log-probabilities in FILE... (- for
    standard input).

    A list of numbers, JSON, JSON lines, or what public APIs return, streamed too.  Several sequences are compared, also
    those of several files.
    """
    if len(files) == 1 and not address:
        click.echo(_report(scores_of(files[0], base, tokens, claimed is not None), claimed), nl=False)
        return
    if tokens is not None:
        raise UserError("--tokens is for one file at a time: say which tokens of which; score the files one by one")
    done = _scores_of_many(files, base, claimed is not None, jobs, address)
    from derive.score import Scores

    scores = Scores()
    for o in done:
        if not o.error:
            scores.extend(o.value)
    if scores:
        click.echo(_report(scores, claimed), nl=False)
    missing = [quoting(f) for f, o in zip(files, done, strict=True) if o.error]
    if scores and missing:
        click.echo(f"note: not in this, as no sequence was read: {', '.join(missing)}.")
    if complain_of(done):
        raise SystemExit(2)


def scores_of(file: str, base: str, tokens: str | None = None, claimed: bool = False) -> Scores:
    """Of the sequences in a file.  Raises UserError for anything but log-probabilities."""
    from derive.score import Scores, open_data
    from derive.score.checker import Rows
    from derive.score.scores import score_parts

    scores = Scores()
    with open_data(file) as stream:
        for part in score_parts(stream, file, base=base, tokens=tokens, claims=claimed):
            if isinstance(part, Rows):
                scores.add_rows(part, file)
            else:
                scores.append(part)
    return scores


WORTH = 100_000_000
"""Bytes of several files that are worth more processes than this one: some seconds' work."""


def _scores_of_many(files: tuple[str, ...], base: str, claimed: bool, jobs: int | None, address: str) -> list[Outcome]:
    import os

    from derive.jobs.job import Job

    for i, f in enumerate(files):
        if f == "-":
            raise UserError(
                "- is standard input, which goes alone; name files only, or join them: cat FILE... | derive score -"
            )
        if f in files[:i]:
            raise UserError(f"{f} is named twice, and would count twice; name it once")
    if jobs is None and not address and sum(os.path.getsize(f) for f in files if os.path.isfile(f)) < WORTH:
        jobs = 1
    return outcomes(
        "reading", [Job(f, scores_of, (f, base, None, claimed), files=(f,)) for f in files], workers_of(jobs, address)
    )


def _report(scores: Scores, claimed: str | None) -> str:
    from derive.score import compare, format_report

    comparison = compare(scores) if len(scores) > 1 else None
    diagnoses = []
    if claimed is not None:
        from derive.score import diagnose

        diagnoses = [diagnose(claimed, s) for s in scores]
    text = format_report(scores, comparison, diagnoses)
    return str(text if text.endswith("\n") else text + "\n")
