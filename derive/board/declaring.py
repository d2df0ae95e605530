"""Which files declare theorems or false claims, as far as their text shows: no file is run for that."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

_DECLARES = ("theorem", "false_claim")


def declares(path: Path) -> bool:
    """Whether a file declares theorems or false claims, as far as its text shows; it is not run for that."""
    try:
        source = path.read_bytes() if path.is_file() else b""  # a pipe may never end
    except OSError:
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a test will say so
        return re.search(rb"@[\w.]*\b(theorem|false_claim)\b", source) is not None
    names = {*_DECLARES}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {a.asname for a in node.names if a.asname and a.name in _DECLARES}
    return any(_is_one_of(names, node) for node in _outside_functions(tree))


def _is_one_of(names: set[str], node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id in names) or (
        isinstance(node, ast.Attribute) and node.attr in _DECLARES
    )


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs when the file is imported; a theorem inside a function or a class is none of the file's."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            todo += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            todo += ast.iter_child_nodes(node)


def declaring_files(folder: str) -> list[str]:
    """The Python files in a folder, and in those in it, that declare something; sorted.  Hidden folders and virtual environments
    are left out."""
    found = []
    for here, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = [f for f in folders if not f.startswith(".") and f != "__pycache__"]
        found += [os.path.join(here, f) for f in files if f.endswith(".py") and f != "__init__.py"]
    return sorted(f for f in found if declares(Path(f)))
