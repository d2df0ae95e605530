"""derive list and derive ledger: what there is."""

from __future__ import annotations

import click

from derive.cli.common import notation_option, plural, screen_width
from derive.errors import UserError


@click.command("list")
@click.argument("subject", required=False)
@click.option("--quick", is_flag=True, help="Do not run the proofs; leave out the mark for checked.")
@notation_option
def list_(subject: str | None, quick: bool, notation: str | None) -> None:
    """The theorems by subject: name, what it says, conditions, checked or not; and the false claims."""
    from derive.board import catalogue
    from derive.board.entries import TheoremEntry
    from derive.board.wording import notation_for
    from derive.render.pens.text import conditions_text, term_text
    from derive.render.words.prose import unsaid_integers

    profile = notation_for(notation)
    width = screen_width()
    wrong = 0
    for name in [subject] if subject else catalogue.subjects():
        entries = catalogue.subject_entries(name)
        click.echo(click.style(name.replace("_", " "), bold=True))
        for e in entries:
            if not isinstance(e, TheoremEntry):
                continue
            mark = " "
            if not quick:
                try:
                    e.check()
                    mark = "✓"
                except UserError:
                    mark, wrong = "✗", wrong + 1
            click.echo(f"  {mark} {e.name}")
            _wrapped(e.summary, width, "      ")
            click.echo(f"      {term_text(e.shows, profile)}")
            conditions = conditions_text(e.given, profile, integers=unsaid_integers((*e.given, e.shows), profile))
            if conditions:
                _wrapped("given " + "; ".join(conditions), width, "      ")
        false = [e for e in entries if not isinstance(e, TheoremEntry)]
        if false:
            click.echo("  false claims (derive refute NAME)")
            for e in false:
                click.echo(f"    {e.name}")
                _wrapped(e.summary, width, "      ")
        click.echo()
    if wrong:
        raise SystemExit(1)


def _wrapped(words: str, width: int, indent: str) -> None:
    import textwrap

    for line in textwrap.wrap(words, width, initial_indent=indent, subsequent_indent=indent):
        click.echo(line)


@click.command()
@click.option("--axioms", is_flag=True, help="Only what each axiom says.")
def ledger(axioms: bool) -> None:
    """Every axiom of the kernel and the theorems that rest on it."""
    click.echo(ledger_text(axioms), nl=False)


def ledger_text(axioms_only: bool = False) -> str:
    """The ledger as it is printed and committed."""
    from derive.board import catalogue
    from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS, axiom_statement
    from derive.language.letters import THETA

    rows = {} if axioms_only else catalogue.ledger()
    out: list[str] = []
    for name in (*AXIOMS, *SORTED_AXIOMS):
        statement = axiom_statement(name) or axiom_statement(name, THETA)
        if statement is None:
            continue
        given, shows = statement
        out.append(f"{name}: " + (f"{', '.join(map(repr, given))} |- " if given else "|- ") + repr(shows))
        if not axioms_only:
            import textwrap

            users = rows[name]
            words = f"{len(users)} theorem{plural(len(users))}" + (": " + ", ".join(users) if users else "")
            out += textwrap.wrap(
                words, 100, initial_indent="    ", subsequent_indent="        ", break_long_words=False
            )
    return "\n".join(out) + "\n"
