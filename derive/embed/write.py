"""The file beside the documents from which they take their derivations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

from derive.embed.calls import OPTIONS, Call, directives, macros, shortcodes
from derive.embed.myst import latex, myst
from derive.embed.web import for_the_web, from_the_web
from derive.version import __version__


def _same(page: str) -> str:
    return page


class Way(NamedTuple):
    """A way into documents: how they ask, the file that they take derivations from, and how one derivation stands in it.

    ``shown`` is a page in LaTeX as it stands there, ``read`` that again as the reader of LaTeX pages knows it."""

    file: str
    endings: tuple[str, ...]
    calls: Callable[[str, str], Iterator[Call]]
    entry: Callable[[str, str], str]
    whole: Callable[[str], str]
    shown: Callable[[str], str] = _same
    read: Callable[[str], str] = _same


def content(way: Way, pages: Mapping[str, str]) -> str:
    """The whole file."""
    return way.whole("".join(way.entry(key, page) for key, page in sorted(pages.items())))


def _handler(name: str, entries: str, comment: str) -> str:
    """A program of ours with the derivations and the options in it."""
    program = (files("derive.embed") / name).read_text("utf-8")
    made = f"{comment} made by derive embed, derive {__version__}; change the documents, not this file\n"
    options = ", ".join(f'"{option}"' for option in OPTIONS)
    return made + program.replace("OPTIONS", options).replace("PAGES\n", entries)


# --- Quarto and pandoc: a handler of shortcodes in Lua ----------------------------------------------------------------


def _lua_entry(key: str, page: str) -> str:
    return f"pages[ {_quoted(key)} ] = {_quoted(page)}\n"


def _quoted(text: str) -> str:
    """A long string of Lua, closed by what the text does not have."""
    level = 1
    while f"]{'=' * level}" in text:
        level += 1
    return f"[{'=' * level}[\n{text}]{'=' * level}]"


def _lua(entries: str) -> str:
    return _handler("handler.lua", entries, "--")


# --- MyST: a plugin in JavaScript, an extension of Sphinx in Python ---------------------------------------------------


def _myst_entry(key: str, page: str) -> str:
    return f"pages[{json.dumps(key)}] = {json.dumps(page)}\n"


def _mystmd(entries: str) -> str:
    return _handler("plugin.mjs", entries, "//")


def _sphinx(entries: str) -> str:
    return _handler("extension.txt", entries, "#")


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


MARKDOWN = (".md", ".markdown")
WAYS = {
    "quarto": Way("_derive.lua", (".qmd", *MARKDOWN), shortcodes, _lua_entry, _lua, for_the_web, from_the_web),
    "myst": Way("_derive.mjs", MARKDOWN, directives, _myst_entry, _mystmd, myst, latex),
    "sphinx": Way("_derive.py", (), directives, _myst_entry, _sphinx, myst, latex),
    "latex": Way("derive-embed.tex", (".tex", ".ltx"), macros, _tex_entry, _tex),
}
