"""The file beside the documents from which they take their derivations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import NamedTuple

from derive.embed.calls import OPTIONS
from derive.version import __version__


class Way(NamedTuple):
    """A way into documents: the file that they take derivations from, and how one derivation stands in it."""

    file: str
    endings: tuple[str, ...]
    latex: bool  # whether documents are LaTeX, and ask with the macro
    entry: Callable[[str, str], str]
    whole: Callable[[str], str]


def content(way: Way, pages: Mapping[str, str]) -> str:
    """The whole file."""
    return way.whole("".join(way.entry(key, page) for key, page in sorted(pages.items())))


# --- Quarto and pandoc: a handler of shortcodes in Lua ----------------------------------------------------------------


def _lua_entry(key: str, page: str) -> str:
    return f"pages[ {_quoted(key)} ] = {_quoted(for_the_web(page))}\n"


def for_the_web(page: str) -> str:
    """A page in LaTeX without what only TeX itself has: MathJax and KaTeX know no boxes of a width."""
    page = re.sub(r"\\parbox\[t\]\{[\d.]+em\}\{\\raggedright ", r"\\text{", page).replace(r"\text{\small ", r"\text{")
    return re.sub(r"\\emergencystretch=\w+|\\allowbreak\{\}", "", page)


def _quoted(text: str) -> str:
    """A long string of Lua, closed by what the text does not have."""
    level = 1
    while f"]{'=' * level}" in text:
        level += 1
    return f"[{'=' * level}[\n{text}]{'=' * level}]"


def _lua(entries: str) -> str:
    handler = (files("derive.embed") / "handler.lua").read_text("utf-8")
    options = ", ".join(f'"{option}"' for option in OPTIONS)
    return (
        f"-- made by derive embed, derive {__version__}; change the documents, not this file\n"
        f"local pages = {{}}\n{entries}\nlocal options = {{{options}}}\n\n{handler}"
    )


# --- LaTeX: a macro ---------------------------------------------------------------------------------------------------


def _tex_entry(key: str, page: str) -> str:
    name, _, options = key.partition(" ")
    return f"\\@namedef{{derive@{options.replace(' ', ',')}@{name}}}{{%\n{page.rstrip().replace('#', '##')}\n}}\n"


def _tex(entries: str) -> str:
    return (
        f"% made by derive embed, derive {__version__}; change the documents, not this file\n"
        "% needs amsmath\n\\makeatletter\n"
        "\\newcommand\\derive[2][]{\\par\\@ifundefined{derive@\\zap@space#1 \\@empty @#2}%\n"
        "  {\\PackageError{derive}{there is no derivation of \\detokenize{#2} with the options [\\detokenize{#1}]}"
        "{Run derive embed on this document again.}}%\n"
        f"  {{\\@nameuse{{derive@\\zap@space#1 \\@empty @#2}}}}}}\n{entries}\\makeatother\n"
    )


WAYS = {
    "quarto": Way("_derive.lua", (".qmd", ".md", ".markdown"), False, _lua_entry, _lua),
    "latex": Way("derive-embed.tex", (".tex", ".ltx"), True, _tex_entry, _tex),
}
