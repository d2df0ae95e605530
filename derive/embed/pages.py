"""The derivations that documents ask for, as pages in LaTeX that were read back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from derive.board import catalogue
from derive.board.opened import presented
from derive.board.wording import notation_for
from derive.embed.calls import Call
from derive.errors import UserError
from derive.render.pages.latex import derivation_latex
from derive.render.pages.readback import refuse_misread


def pages(asked: Iterable[Call], folder: Path) -> dict[str, str]:
    """The page of each call, by its key.  Names of files are looked for in ``folder``.

    Raises UserError, with the place in the document, for what cannot be shown.
    """
    out: dict[str, str] = {}
    for call in asked:
        if call.key not in out:
            try:
                out[call.key] = _page(call, folder)
            except UserError as error:
                call.refuse(error)
    return out


def _page(call: Call, folder: Path) -> str:
    options = dict(call.options)
    notation = options.get("notation", "")
    profile = notation_for(str(folder / notation) if notation.endswith(".toml") else notation or None)
    file, inside, _ = call.name.partition("::")
    entry = catalogue.find_theorem(str(folder / call.name) if inside and not Path(file).is_absolute() else call.name)
    derivation, _ = presented(entry.derivation, options.get("expand", "").split(), options.get("join", "").split())
    shown: dict[str, bool] = {}
    for key in ("where", "conditions"):
        if options.get(key, "yes") not in ("yes", "no"):
            raise UserError(f"{key} is yes or no, not {options[key][:60]!r}")
        shown[key] = options.get(key) == "yes"
    page = derivation_latex(derivation, profile, where=shown["where"], conditions=shown["conditions"])
    refuse_misread(page, derivation, profile, "latex")
    return page
