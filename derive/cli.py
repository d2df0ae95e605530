"""The command line: derive list, show, check, refute, work, score, certify, ledger."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from derive.errors import UserError

# A command builds many small immutable terms and ends; collecting cycles on the way only costs time.
gc.set_threshold(200_000, 20, 20)


class Group(click.Group):
    """Bad input ends in one paragraph on stderr and status 2, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"derive: {error}", err=True)
            ctx.exit(2)
        except RecursionError:
            click.echo("derive: a formula here is nested too deeply to be handled; split it into definitions", err=True)
            ctx.exit(2)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
        except OSError as error:
            click.echo(f"derive: {error.filename or ''}: {error.strerror or error}", err=True)
            ctx.exit(2)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="derive", prog_name="derive")
def main() -> None:
    """Checked, step-by-step derivations of language-model training objectives."""
    _utf8()


def _utf8() -> None:
    """Mathematics needs Unicode; a terminal that cannot show a sign gets a question mark instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120)


@contextmanager
def _output(path: str | None) -> Iterator[Any]:
    """Where the text goes: stdout, or a file that is written whole or not at all."""
    if path is None or path == "-":
        yield sys.stdout
        return
    target = Path(path)
    folder = target.parent if str(target.parent) else Path()
    if not folder.is_dir():
        raise UserError(f"{path}: the folder {folder} does not exist")
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_notation = click.option(
    "--notation", metavar="PROFILE", help="A notation profile (compact, pr, theta, hat) or a TOML file of your own."
)


# --- list ------------------------------------------------------------------------------------------------------------


@main.command("list")
@click.argument("subject", required=False)
@click.option("--quick", is_flag=True, help="Do not run the proofs; leave out the mark for checked.")
@_notation
def list_(subject: str | None, quick: bool, notation: str | None) -> None:
    """The theorems by subject: name, what it says, conditions, checked or not; and the false claims."""
    from derive import catalogue
    from derive.calc import TheoremEntry
    from derive.render.notation import load_notation
    from derive.render.text import conditions_text, term_text

    profile = load_notation(notation)
    width = _width()
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
            conditions = conditions_text(e.given, profile)
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


# --- show ------------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("name")
@click.option("--as", "target", type=click.Choice(["text", "latex", "rocq"]), default="text", help="What to print.")
@click.option("--fragment", "form", flag_value="fragment", default="fragment", help="LaTeX for \\input (the default).")
@click.option("--standalone", "form", flag_value="standalone", help="A whole LaTeX document.")
@click.option("--code", is_flag=True, help="Add the code of each definition that the derivation uses.")
@click.option("--ascii", "plain", is_flag=True, help="Text without Unicode.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the screen.")
@_notation
def show(name: str, target: str, form: str, code: bool, plain: bool, output: str | None, notation: str | None) -> None:
    """The derivation NAME: conditions, claim, and a line for every step with its reason.

    NAME is a theorem of the catalogue, or FILE.py::NAME.
    """
    from derive import catalogue
    from derive.render.notation import load_notation

    profile = load_notation(notation)
    lemma = _lemma(name, target)
    if lemma is not None:
        with _output(output) as out:
            out.write(_lemma_text(lemma, profile, plain))
        return
    entry = catalogue.find_theorem(name)
    derivation = entry.derivation
    if target == "rocq":
        from derive.certify import claim_rocq

        if code:
            raise UserError("--code goes with text and LaTeX; --as rocq prints the claim for readers of Rocq")
        text = claim_rocq(entry)
    elif target == "latex":
        from derive.render.latex import derivation_latex

        text = derivation_latex(derivation, profile, standalone=form == "standalone")
        if code:
            if form == "standalone":
                raise UserError("--code adds formulas after the derivation; use it with --fragment")
            text += _code_latex(derivation)
    else:
        from derive.render.text import derivation_text

        text = derivation_text(derivation, profile, width=_width(), ascii=plain)
        if code:
            text += _code_text(derivation)
    with _output(output) as out:
        out.write(text if text.endswith("\n") else text + "\n")


def _lemma(name: str, target: str) -> Any:
    """The lemma or axiom of that name, when it is no theorem of the catalogue's."""
    from derive.lemmas import LEMMAS

    lemma = LEMMAS.get(name)
    if lemma is not None and target != "text":
        raise UserError(f"{name} is a lemma of the library; it is shown as text only")
    return lemma


def _lemma_text(lemma: Any, profile: Any, plain: bool) -> str:
    from derive.kernel.theorem import axioms_used, proof_steps
    from derive.render.text import conditions_text, term_text

    out = [lemma.name, f"  {lemma.phrase}", ""]
    for i, condition in enumerate(conditions_text(lemma.given, profile, ascii=plain)):
        out.append(f"  {'given' if i == 0 else '     '}  {condition}")
    out.append(f"  claim  {term_text(lemma.shows, profile, ascii=plain)}")
    steps = len(proof_steps(lemma.theorem))
    rests = ", ".join(sorted(axioms_used(lemma.theorem)))
    out += [
        "",
        "  an axiom of the kernel" if lemma.kind == "axiom" else f"  a lemma: {steps} primitive steps from {rests}",
    ]
    return "\n".join(out) + "\n"


def _definitions_in(derivation: Any) -> list[str]:
    from derive.kernel.definitions import Definition
    from derive.kernel.terms import App, subterms

    found: dict[str, None] = {}
    for block in derivation.blocks:
        for term in (derivation.claim, block.start, *(line.term for line in block.lines)):
            for part in subterms(term):
                if isinstance(part, App) and isinstance(part.op, Definition):
                    found[part.op.name] = None
    return list(found)


def _code_text(derivation: Any) -> str:
    from derive.language.code import source

    parts = [source(n) for n in _definitions_in(derivation)]
    shown = "\n\n".join(p for p in parts if p)
    return f"\n  the code\n\n{_indented(shown)}\n" if shown else "\n  no definition here has a code line\n"


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else "" for line in text.splitlines())


def _code_latex(derivation: Any) -> str:
    from derive.language.code import code_latex

    lines = [x for x in (code_latex(n) for n in _definitions_in(derivation)) if x]
    if not lines:
        return "% no definition here has a code line\n"
    return "\\noindent\\textit{The code.}\n" + "".join(f"\\[\n  {x}\n\\]\n" for x in lines)


# --- check -----------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME or FILE.py ...]")
@click.option("-q", "--quiet", is_flag=True, help="Only the totals and what is wrong.")
def check(names: tuple[str, ...], quiet: bool) -> None:
    """Check every line of every derivation: all of the catalogue, or the theorems and files named.

    Also refutes the registered false claims of what is checked.  The exit status is 1 when a line is wrong.
    """
    import time

    from derive import catalogue
    from derive.calc import FalseClaim, TheoremEntry
    from derive.kernel.theorem import axioms_used, proof_steps

    entries: list[Any] = []
    for n in names:
        if n.endswith(".py"):
            entries += catalogue.load_file(n)
        else:
            entries.append(catalogue.find(n))
    if not names:
        entries = catalogue.theorems()
    if not entries:
        raise UserError(
            f"{', '.join(names)}: no theorem is defined there; decorate one with @theorem(shows=..., given=[...])"
        )
    start = time.perf_counter()
    proved: list[TheoremEntry] = []
    wrong: list[tuple[Any, str]] = []
    refuted = 0
    rows: list[tuple[str, int, int, int]] = []
    with _progress(entries) as bar:
        for e in bar:
            try:
                if isinstance(e, FalseClaim):
                    e.refute()
                    refuted += 1
                    continue
                e.check()
            except UserError as error:
                wrong.append((e, str(error)))
                continue
            proved.append(e)
            steps = proof_steps(e.theorem)
            rows.append((e.name, len(e.derivation.lines), len(steps), len(axioms_used(e.theorem))))
    seconds = time.perf_counter() - start
    if rows and not quiet:
        longest = max(len(r[0]) for r in rows)
        click.echo(f"{'theorem':{longest}}  lines  steps  axioms")
        for name, lines, count, axioms in rows:
            click.echo(f"{name:{longest}}  {lines:5}  {count:5}  {axioms:6}")
    total = len(proof_steps(*(e.theorem for e in proved)))
    axioms_all = axioms_used(*(e.theorem for e in proved)) if proved else frozenset()
    click.echo(
        f"{len(proved)} theorem{_s(len(proved))} checked: {_n(sum(r[1] for r in rows), 'line')}, {total} primitive steps, "
        f"{len(axioms_all)} axioms"
        + (f"; {refuted} false claim{_s(refuted)} refuted" if refuted else "")
        + f"; {seconds:.2f} s"
    )
    for e, text in wrong:
        click.echo(f"\n{e.name}: not proved" if isinstance(e, TheoremEntry) else f"\n{e.name}: not refuted", err=True)
        click.echo(text, err=True)
    if wrong:
        raise SystemExit(1)


def _n(n: int, what: str) -> str:
    return f"{n} {what}{_s(n)}"


def _s(n: int) -> str:
    return "" if n == 1 else "s"


@contextmanager
def _progress(entries: list[Any]) -> Iterator[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield entries
        return
    with click.progressbar(entries, file=sys.stderr, item_show_func=lambda e: e.name if e else "", width=24) as bar:
        yield bar


# --- refute ----------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("name")
@_notation
def refute(name: str, notation: str | None) -> None:
    """The smallest exact counterexample found to a false claim, or to the first wrong line of a theorem.

    NAME is a false claim of the catalogue ('derive list' names them), or FILE.py::NAME.
    """
    from derive import catalogue
    from derive.calc import FalseClaim
    from derive.render.notation import load_notation
    from derive.render.text import conditions_text, term_text
    from derive.report import StepError

    profile = load_notation(notation)
    e = catalogue.find(name)
    if isinstance(e, FalseClaim):
        found = e.refute()
        click.echo(f"{e.name}\n  {e.summary}\n")
        conditions = conditions_text(e.given, profile)
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


# --- work ------------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("name")
@click.option(
    "--given", "given", required=True, metavar="FILE", help="TOML or JSON with the numbers; - for standard input."
)
@click.option("--as", "target", type=click.Choice(["text", "latex"]), default="text", help="What to print.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of the screen.")
@_notation
def work(name: str, given: str, target: str, output: str | None, notation: str | None) -> None:
    """The derivation NAME with numbers put in: each line as a formula, with its numbers, and its value."""
    from derive import catalogue
    from derive.render.notation import load_notation
    from derive.work import read_numbers, work_out, worked_latex, worked_text

    entry = catalogue.find_theorem(name)
    profile = load_notation(notation)
    worked = work_out(entry.check(), read_numbers(given))
    text = worked_latex(worked, profile) if target == "latex" else worked_text(worked, profile)
    with _output(output) as out:
        out.write(text)
    if worked.wrong:
        raise SystemExit(1)


# --- score -----------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("file")
@click.option("--claimed", metavar="X", help="A total that somebody got; says what is wrong with it.")
@click.option(
    "--base", type=click.Choice(["e", "2", "10"]), default="e", help="The base of the logarithms in the file."
)
def score(file: str, claimed: str | None, base: str) -> None:
    """Total, mean, probability, perplexity and bits of sequences of token log-probabilities in FILE (- for
    standard input).

    A list of numbers, JSON, JSON lines, or what public APIs return.  Several sequences are compared.
    """
    from derive.data import open_data
    from derive.score import compare, diagnose, format_report, score_stream

    with open_data(file) as stream:
        scores = list(score_stream(stream, file, base=base))
    click.echo(_report(scores, claimed, compare, diagnose, format_report), nl=False)


def _report(scores: list[Any], claimed: str | None, compare: Any, diagnose: Any, format_report: Any) -> str:
    comparison = compare(scores) if len(scores) > 1 else None
    diagnoses = [diagnose(claimed, s) for s in scores] if claimed is not None else []
    text = format_report(scores, comparison, diagnoses)
    return str(text if text.endswith("\n") else text + "\n")


# --- certify ---------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("-o", "--output", "folder", metavar="DIR", default="certificates", help="Where to write (certificates).")
@click.option("--all", "all_", is_flag=True, help="Every theorem of the catalogue.")
@click.option("--run", is_flag=True, help="Have Rocq (Debian's package coq) replay them, and say what was established.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="How many to compile at a time.")
def certify(names: tuple[str, ...], folder: str, all_: bool, run: bool, jobs: int | None) -> None:
    """Write the proofs of theorems out as Rocq developments, which a second, independent checker replays."""
    from derive.certify.command import certify_command

    text, status = certify_command(names, folder, run, all_, jobs)
    click.echo(text)
    if status:
        raise SystemExit(status)


# --- ledger ----------------------------------------------------------------------------------------------------------


@main.command()
@click.option("--axioms", is_flag=True, help="Only what each axiom says.")
def ledger(axioms: bool) -> None:
    """Every axiom of the kernel and the theorems that rest on it."""
    click.echo(ledger_text(axioms), nl=False)


def ledger_text(axioms_only: bool = False) -> str:
    """The ledger as it is printed and committed."""
    from derive import catalogue
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
            words = f"{len(users)} theorem{_s(len(users))}" + (": " + ", ".join(users) if users else "")
            out += textwrap.wrap(
                words, 100, initial_indent="    ", subsequent_indent="        ", break_long_words=False
            )
    return "\n".join(out) + "\n"
