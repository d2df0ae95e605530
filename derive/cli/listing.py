"""derive list and derive ledger: what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from derive.cli.common import notation_option, plural, progress, screen_width
from derive.errors import UserError

if TYPE_CHECKING:
    from derive.board.catalogue import Entry
    from derive.board.checked import Results
    from derive.board.entries import FalseClaim, TheoremEntry
    from derive.kernel.terms import Term

MARKS = {"proved": "✓", "wrong": "✗", "changed": "·", "unknown": "·"}


@click.command("list")
@click.argument("subject", required=False, metavar="[SUBJECT, FILE.py or FOLDER]")
@notation_option
def list_(subject: str | None, notation: str | None) -> None:
    """The theorems by subject, or those of a file or a folder: name, what it says, conditions; and the false claims.

    Nothing is proved: the marks say what 'derive check' found.  A tick stands only where a theorem and all that it rests
    on are as they were when it was checked.
    """
    width = screen_width()
    page = None
    if subject is None and notation is None:
        from derive.cli.earlier import Page

        page = Page("list", (width,))
        if (text := page.kept()) is not None:
            click.echo(text, nl=False)
            return
    text, checked = _list_text(subject, notation, width)
    click.echo(text, nl=False)
    if page is not None and checked:  # else another check may find more, from the same sources
        page.keep(text)


def _list_text(subject: str | None, notation: str | None, width: int) -> tuple[str, bool]:
    """The list, and whether each theorem in it has a tick."""
    from derive.board.checked import Results
    from derive.board.entries import TheoremEntry

    results = Results()
    drawn = _Drawn(results, notation)
    out: list[str] = []
    states: list[str] = []
    for name, entries in _listed(subject):
        lines = [click.style(name, bold=True)]
        for e in entries:
            if not isinstance(e, TheoremEntry):
                continue
            states.append(results.of(e).state)
            changed = "  (changed since it was checked)" if states[-1] == "changed" else ""
            lines += [f"  {MARKS[states[-1]]} {e.name}{changed}", *_wrapped(drawn.words(e, e.shows), width, "      ")]
            claim, *conditions = drawn.of(e)
            lines.append(f"      {claim}")
            if conditions:
                lines += _wrapped("given " + "; ".join(conditions), width, "      ")
        false = [e for e in entries if not isinstance(e, TheoremEntry)]
        if false:
            lines.append("  false claims (derive refute NAME)")
            for e in false:
                lines += [f"    {e.name}", *_wrapped(drawn.words(e, e.claims), width, "      ")]
        out += [*lines, ""]
    out += _wrapped(_marks(states), width, "")
    drawn.keep()
    return "\n".join([*out, ""]), states.count("proved") == len(states)


class _Drawn:
    """Claims and conditions as text.  To draw them is most of what a list costs, so those in the usual notation are kept."""

    def __init__(self, results: Results, notation: str | None) -> None:
        from derive.board.wording import notation_for

        self._results, self._kept = results, notation is None
        self._profile = notation_for(notation) if notation is not None else None  # refused before anything is printed
        self._said: dict[str, dict[str, Any]] = {}
        self._new: set[str] = set()

    def words(self, e: TheoremEntry | FalseClaim, claim: Term) -> str:
        """What it says in words."""
        if self._profile is None:
            return e.summary
        from derive.render.words.lettered import in_letters

        return in_letters(e.summary, (claim, *e.given), self._profile, e.name)

    def of(self, e: TheoremEntry) -> list[str]:
        """The claim, then each condition."""
        if e.file not in self._said:
            self._said[e.file] = self._results.said(e.file) if self._kept else {}
        said = self._said[e.file].get(e.name)
        if isinstance(said, list) and said and all(isinstance(text, str) for text in said):
            return said
        self._new.add(e.file)
        out = self._said[e.file][e.name] = self._draw(e)
        return out

    def _draw(self, e: TheoremEntry) -> list[str]:
        from derive.board.wording import notation_for
        from derive.render.pens.text import conditions_text, term_text
        from derive.render.words.prose import unsaid_kinds

        self._profile = profile = self._profile or notation_for(None)
        kinds = unsaid_kinds((*e.given, e.shows), profile)
        return [term_text(e.shows, profile), *conditions_text(e.given, profile, kinds=kinds)]

    def keep(self) -> None:
        if self._kept:
            self._results.keep_said({file: self._said[file] for file in self._new})


def _listed(subject: str | None) -> list[tuple[str, list[Entry]]]:
    """The subjects, or files, with their theorems and false claims."""
    from derive.board import catalogue
    from derive.cli.checking import in_folders

    names = in_folders([subject]) if subject else catalogue.subjects()
    return [
        (n, catalogue.load_file(n)) if n.endswith(".py") else (n.replace("_", " "), catalogue.subject_entries(n))
        for n in names
    ]


def _marks(states: list[str]) -> str:
    """What the marks mean that stand in a list, and what to do about those that are no tick."""
    counts = {state: states.count(state) for state in MARKS}
    parts = [
        ("✓ checked, and nothing has changed since", counts["proved"]),
        ("✗ not proved", counts["wrong"]),
        ("· not checked yet, or changed since", counts["changed"] + counts["unknown"]),
    ]
    said = "; ".join(f"{n} {words}" for words, n in parts if n)
    return said if counts["proved"] == len(states) else f"{said}. 'derive check' checks them."


def _wrapped(words: str, width: int, indent: str) -> list[str]:
    if len(indent) + len(words) <= width and words == " ".join(words.split()):  # most are short
        return [indent + words] if words else []
    import textwrap

    return textwrap.wrap(words, width, initial_indent=indent, subsequent_indent=indent)


@click.command()
@click.option("--axioms", is_flag=True, help="Only what each axiom says.")
def ledger(axioms: bool) -> None:
    """Every axiom of the kernel and the theorems that rest on it.

    A theorem that was checked, and that has not changed since, is not proved again.
    """
    if axioms:
        click.echo(ledger_text({}, axioms_only=True), nl=False)
        return
    from derive.cli.earlier import Page

    page = Page("ledger", ())
    if (text := page.kept()) is None:
        text = _ledger_now()
        page.keep(text)
    click.echo(text, nl=False)


def _ledger_now() -> str:
    """The ledger, when what was not checked yet has been proved."""
    from derive.board import catalogue
    from derive.board.checked import Results
    from derive.cli.shares import find_out

    results = Results()
    entries = catalogue.theorems()
    known = {e: results.of(e) for e in entries}
    new = [e for e in entries if known[e].state != "proved"]
    found, _, errors = find_out(new, results, False, None, lambda count: progress("", count))
    errors += [wrong.why for f in found.values() for wrong in f.wrong]
    if errors:
        raise UserError(errors[0])
    results.keep({e: f.known for e, f in found.items()})
    return ledger_text({e.name: (found[e].known if e in found else known[e]).axioms for e in entries})


def ledger_text(rests: Mapping[str, Iterable[str]], axioms_only: bool = False) -> str:
    """The ledger as it is printed and committed, from the axioms on which each theorem rests."""
    from derive.kernel.axioms import AXIOMS, SORTED_AXIOMS, axiom_statement
    from derive.language.letters import THETA

    out: list[str] = []
    for name in (*AXIOMS, *SORTED_AXIOMS):
        statement = axiom_statement(name) or axiom_statement(name, THETA)
        if statement is None:
            continue
        given, shows = statement
        out.append(f"{name}: " + (f"{', '.join(map(repr, given))} |- " if given else "|- ") + repr(shows))
        if not axioms_only:
            import textwrap

            users = [theorem for theorem, axioms in rests.items() if name in axioms]
            words = f"{len(users)} theorem{plural(len(users))}" + (": " + ", ".join(users) if users else "")
            out += textwrap.wrap(
                words, 100, initial_indent="    ", subsequent_indent="        ", break_long_words=False
            )
    return "\n".join(out) + "\n"
