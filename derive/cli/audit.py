"""derive audit: the loss that training code computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from derive.cli.common import notation_option, screen_width, write_text
from derive.errors import UserError, allow_deep_formulas

if TYPE_CHECKING:
    from derive.audit.residuals import Residual
    from derive.audit.verdict import Audit


@click.command()
@click.argument("name", required=False, metavar="FILE.py::FUNCTION or package.module:FUNCTION")
@click.option("--logits", default="", metavar="SIZES", help="The shape of the input logits, such as T,V or B,T,V.")
@click.option("--labels", default="", metavar="SIZES", help="The shape of the input labels.")
@click.option(
    "--shapes",
    multiple=True,
    metavar="NAME=SIZES",
    help="The shape of an input by its name; repeat it, or several in quotes. NAME=SIZES:KIND says what it holds.",
)
@click.option(
    "--is", "wanted", default="", metavar="LOSS", help='What it is to be, such as "smoothed(eps=1/10), mean over kept".'
)
@click.option("--identify", is_flag=True, help="Try the losses of the library and say which one it is, or the nearest.")
@click.option("--ignore", default="-100", metavar="LABEL", help="The label that is not counted, or none (-100).")
@click.option(
    "--with", "fixed", multiple=True, metavar="NAME=VALUE", help="An argument that stays as it is; repeat it."
)
@click.option(
    "--make", multiple=True, metavar="NAME=VALUE", help="An argument for making an instance, where a class is named."
)
@click.option("--output", "output_name", default="", metavar="NAME", help="Which part of the result is the loss.")
@click.option(
    "--front",
    default="",
    type=click.Choice(["", "torch", "jax", "numpy"]),
    help="How to read it, where the function does not tell.",
)
@click.option("--as", "target", type=click.Choice(["text", "latex"]), default="text", help="What to print.")
@click.option("--certify", metavar="DIR", help="Write the proof for Rocq there, and have Rocq replay it.")
@click.option("-o", "--file", "file", metavar="FILE", help="Write to a file instead of the screen.")
@click.option("--ascii", "plain", is_flag=True, help="Text without Unicode.")
@notation_option
def audit(
    name: str | None, logits: str, labels: str, shapes: tuple[str, ...], wanted: str, identify: bool, ignore: str, fixed: tuple[str, ...],
    make: tuple[str, ...], output_name: str, front: str, target: str, certify: str | None, file: str | None, plain: bool, notation: str | None,
) -> None:  # fmt: skip
    """Which loss FUNCTION computes, at all sizes: proved, or refuted with numbers on which it is run, or with the difference.

    The function is read by running it on symbols, so its module is run, as by import.  Sizes are capital letters.  The exit status
    is 0 when it is proved, 1 when it is refuted or not known, 2 when the function cannot be read.
    """
    from derive.audit import program, request

    allow_deep_formulas()
    if not name:
        raise UserError("name a function: derive audit FILE.py::FUNCTION --logits T,V --labels T --is LOSS")
    if bool(wanted) == identify:
        raise UserError(
            'say what it is to be: --is "one-hot, mean over kept"; or --identify, to have the library tried (not both)'
        )
    asked = request.Request(
        name, request.read_inputs(shapes, logits, labels), request.read_ignore(ignore), dict(map(program.literal, fixed)),
        dict(map(program.literal, make)), output_name, front,
    )  # fmt: skip
    if wanted:
        request.target_maker(wanted)  # a loss that is misspelt is said before the module is run
        found, residual = request.answer(asked.program(), wanted)
    else:
        from derive.audit.identify import identify as try_all

        found, residual, _ = try_all(asked.program())
    _print(found, residual, target, notation, file, plain)
    if certify:
        _certify(found, residual, certify)
    if found.verdict != "proved":
        raise SystemExit(1)


def _print(
    found: Audit, residual: Residual | None, target: str, notation: str | None, file: str | None, plain: bool
) -> None:
    from derive.audit import report
    from derive.board.wording import notation_for

    profile = notation_for(notation)
    if target == "latex":
        write_text(file, report.latex(found, residual, profile))
    else:
        write_text(file, report.text(found, residual, profile, screen_width(), plain))


def _certify(found: Audit, residual: Residual | None, folder: str) -> None:
    from derive.certify import run_certificates, write_certificates

    theorem: Any = found.theorem or (residual.theorem if residual is not None else None)
    if theorem is None:
        raise UserError("nothing was proved, so there is nothing to certify")
    made = write_certificates([theorem], folder)
    for result in run_certificates(folder, entries=[theorem], names=[c.name for c in made]):
        click.echo(result.line(True))
        if not result.ok:
            raise SystemExit(1)
