"""derive audit: the loss that training code computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from derive.cli.common import notation_option, screen_width, write_text
from derive.cli.jobs import complain_of, jobs_options, outcomes, workers_of
from derive.errors import UserError, allow_deep_formulas

if TYPE_CHECKING:
    from derive.audit.request import Answer, Request
    from derive.audit.verdict import Program
    from derive.jobs.run import Workers


class ManyAssignments(click.Command):
    """Behind --shapes, --with and --make come as many NAME=VALUE as are wanted: no function's name has an equals sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        out: list[str] = []
        option = ""
        for arg, before in zip(args, ["", *args], strict=False):
            if before in ("--shapes", "--with", "--make"):
                option = before
            elif "=" not in arg or arg.startswith("-"):
                option = ""
            elif option:
                out.append(option)
            out.append(arg)
        return super().parse_args(ctx, out)


@click.command(cls=ManyAssignments)
@click.argument("name", required=False, metavar="FILE.py::FUNCTION or package.module:FUNCTION")
@click.option("--logits", default="", metavar="SIZES", help="The shape of the input logits, such as T,V or B,T,V.")
@click.option("--labels", default="", metavar="SIZES", help="The shape of the input labels.")
@click.option(
    "--shapes",
    multiple=True,
    metavar="NAME=SIZES",
    help="The shape of an input by its name, and :KIND; as many as there are.",
)
@click.option(
    "--is", "wanted", default="", metavar="LOSS", help='What it is to be, such as "smoothed(eps=1/10), mean over kept".'
)
@click.option("--identify", is_flag=True, help="Try the library's losses: which one it is, or the nearest.")
@click.option("--measure", is_flag=True, help="Fit weights, target, smoothing, shift and z-loss: measured, not proved.")
@click.option("--gradient", is_flag=True, help="The gradient in the logits, and how autograd compares.")
@click.option(
    "--floats", is_flag=True, help="Measure the program's own floats against the formula, on inputs that hurt."
)
@click.option("--all", "listed", metavar="FILE.toml", default="", help="Audit all losses of a list, a line each.")
@click.option("--ignore", default="-100", metavar="LABEL", help="The label that is not counted, or none (-100).")
@click.option(
    "--with", "fixed", multiple=True, metavar="NAME=VALUE", help="An argument that stays as it is, or several."
)
@click.option("--make", multiple=True, metavar="NAME=VALUE", help="An argument for making an instance of a class.")
@click.option("--result", default="", metavar="NAME", help="Which part of the result is the loss.")
@click.option(
    "--front",
    default="",
    type=click.Choice(["", "torch", "export", "jax", "numpy"]),
    help="How to read it, if that is not plain.",
)
@click.option(
    "--as",
    "target",
    type=click.Choice(["text", "latex"]),
    help="What to print (text); a file's ending says it as well.",
)
@click.option("--certify", metavar="DIR", default="", help="Write the proof for Rocq there, and have Rocq replay it.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to a file: a page (.txt, .tex), or slides of any kind (.html, .pptx, .pdf, ...).",
)
@click.option("--ascii", "plain", is_flag=True, help="Text without Unicode.")
@jobs_options
@notation_option
def audit(name: str | None, listed: str, jobs: int | None, address: str, **options: Any) -> None:
    """Which loss FUNCTION computes, at all sizes: proved, or refuted with numbers on which it is run, and what is different.

    The function is read by running it on symbols, so its module is run, as by import.  Sizes are capital letters.  The exit
    status is 0 when it is proved, 1 when it is refuted or not known, 2 when it cannot be read.
    """
    from derive.audit import program, request

    allow_deep_formulas()
    if listed:
        _all(listed, name, workers_of(jobs, address))
        return
    if not name:
        raise UserError(
            "name a function: derive audit FILE.py::FUNCTION --logits T,V --labels T --is LOSS; or a list with --all"
        )
    wishes = [w for w in ("identify", "measure", "gradient", "floats") if options[w]]
    if bool(options["wanted"]) + len(wishes) != 1:
        raise UserError(
            'say one thing to do: --is "one-hot, mean over kept" to have it proved, --identify to have the library tried, --measure, '
            "--gradient or --floats"
        )
    asked = request.Request(
        name, request.read_inputs(options["shapes"], options["logits"], options["labels"]), request.read_ignore(options["ignore"]),
        dict(map(program.literal, options["fixed"])), dict(map(program.literal, options["make"])), options["result"], options["front"],
    )  # fmt: skip
    if wishes and wishes[0] != "identify":
        _look(asked, wishes[0], options)
        return
    _judge(asked, options)


def _judge(asked: Request, options: dict[str, Any]) -> None:
    from derive.audit import report, request
    from derive.audit.slides import is_deck, save_deck
    from derive.board.wording import notation_for
    from derive.slides.command import Wish

    profile = notation_for(options["notation"])
    if options["wanted"]:
        request.target_maker(options["wanted"])  # a loss that is misspelt is said before the module is run
        found = request.answer(asked.program(), options["wanted"])
    else:
        from derive.audit.identify import identify

        audited, residual, _ = identify(asked.program())
        found = request.Answer(audited, residual)
    if options["output"] and not options["target"] and is_deck(options["output"]):
        save_deck(*found, options["output"], Wish(notation=options["notation"] or ""))
        click.echo(f"{report.line(*found)}\nwrote {options['output']}")
    elif options["target"] == "latex" or (options["output"] or "").endswith(".tex"):
        write_text(options["output"], report.latex(*found, profile))
    else:
        write_text(options["output"], report.text(*found, profile, screen_width(), options["plain"]))
    if options["certify"]:
        _certify(found, options["certify"])
    if found.audit.verdict != "proved":
        raise SystemExit(1)


def _certify(found: Answer, folder: str) -> None:
    from derive.certify import run_certificates, write_certificates

    theorem = found.audit.theorem or (found.residual.theorem if found.residual is not None else None)
    if theorem is None:
        raise UserError("nothing was proved, so there is nothing to certify")
    made = write_certificates([theorem], folder)
    for result in run_certificates(folder, entries=[theorem], names=[c.name for c in made]):
        click.echo(result.line(True))
        if not result.ok:
            raise SystemExit(1)


def _look(asked: Request, wish: str, options: dict[str, Any]) -> None:
    """What is measured, or calculated, without a loss to compare with."""
    p = asked.program()
    if wish == "measure":
        from derive.audit.measure import measure

        text = f"{p.name}\n  measured on random logits, not proved\n" + "".join(f"  {x}\n" for x in measure(p))
    elif wish == "floats":
        from derive.audit.floats import measure_floats, table
        from derive.audit.verdict import read_program

        text = f"{p.name}\n{table(measure_floats(p, read_program(p)[0]))}"
    else:
        text = _gradient(p, options)
    write_text(options["output"], text)


def _gradient(p: Program, options: dict[str, Any]) -> str:
    from derive.audit.gradient import gradient
    from derive.audit.verdict import read_program
    from derive.board.wording import notation_for
    from derive.render.pens.text import term_text

    reading = read_program(p)[0]
    profile = notation_for(options["notation"])
    found = gradient(p, reading)
    entry = ", ".join(v.name for v in found.entry)
    if found.idle:
        entry += ", but for those of the last position, which have none"
    return (
        f"{p.name} computes\n\n    {term_text(reading.term, profile, ascii=options['plain'])}\n\n"
        f"  its derivative in the logit at {entry}, by the rules of calculus, is\n\n"
        f"    {term_text(found.term, profile, ascii=options['plain'])}\n\n"
        f"  autograd, on {found.compared} entries: largest relative difference {found.largest:.1e}\n"
    )


def _all(path: str, name: str | None, workers: Workers) -> None:
    """A line for each loss of a list; exit status 1 when one is not proved, 2 when one cannot be read."""
    from derive.audit.repository import jobs_of

    if name:
        raise UserError("--all audits what its file lists; leave out the function")
    done = outcomes("auditing", jobs_of(path), workers)
    for outcome in done:
        if not outcome.error:
            click.echo(outcome.value.text)
    if complain_of(done):
        raise SystemExit(2)
    if any(o.value.verdict != "proved" for o in done):
        raise SystemExit(1)
