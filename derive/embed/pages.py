"""The derivations that documents ask for, as pages that were read back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from derive.board import catalogue
from derive.board.excerpt import excerpt
from derive.board.opened import presented
from derive.board.wording import notation_for
from derive.embed.calls import Call
from derive.embed.write import Way
from derive.errors import UserError
from derive.render.pages.latex import derivation_latex
from derive.render.pages.readback import refuse_misread
from derive.render.words.written import reworded


def pages(asked: Iterable[Call], folder: Path, way: Way) -> dict[str, str]:
    """The page of each call as it stands in the file of its way, by its key.  Names of files are looked for in ``folder``.

    Raises UserError, with the place in the document, for what cannot be shown.
    """
    out: dict[str, str] = {}
    for call in asked:
        if call.key not in out:
            try:
                out[call.key] = _page(call, folder, way)
            except UserError as error:
                call.refuse(error)
    return out


def _page(call: Call, folder: Path, way: Way) -> str:
    options = dict(call.options)
    notation = options.get("notation", "")
    profile = notation_for(str(folder / notation) if notation.endswith(".toml") else notation or None)
    file, inside, _ = call.name.partition("::")
    entry = catalogue.find_theorem(str(folder / call.name) if inside and not Path(file).is_absolute() else call.name)
    derivation, _ = presented(entry.derivation, options.get("expand", "").split(), options.get("join", "").split())
    if "lines" in options:  # of those that are shown
        derivation = excerpt(reworded(derivation, profile), options["lines"])
    shown: dict[str, bool] = {}
    for key in ("where", "conditions"):
        if options.get(key, "yes") not in ("yes", "no"):
            raise UserError(f"{key} is yes or no, not {options[key][:60]!r}")
        shown[key] = options.get(key) == "yes"
    page = way.shown(derivation_latex(derivation, profile, where=shown["where"], conditions=shown["conditions"]))
    refuse_misread(way.read(page), derivation, profile, "latex")
    return page
