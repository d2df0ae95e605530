"""Definitions of an author's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from derive.board.calc import to_term
from derive.board.letters import check_definition
from derive.board.refusals import place
from derive.kernel import definitions as kernel
from derive.kernel.definitions import Definition
from derive.kernel.terms import Var
from derive.language.arguments import ArgumentError, takes, told

_MEANT = 'define("square", (a,), a * a)'


@takes(_MEANT, "text", "anything")
def define(name: str, params: Sequence[Var], body: Any, doc: str = "") -> Definition:
    """Introduce ``name(params) := body``: a constant that may be unfolded and folded, nothing else.  Pages that use it
    state it.

    Raises ClaimError when the name, or a letter, reads as something else, and DefinitionError when the name is taken with
    another meaning, a parameter is repeated, or the body has a free variable that is no parameter.
    """
    params = [params] if isinstance(params, Var) else params
    if not isinstance(params, (list, tuple)) or not all(isinstance(p, Var) for p in params):
        raise ArgumentError(f"define: params must be letters, not {told(params)}; write {_MEANT}")
    author = sys._getframe(2)
    term = to_term(body)
    check_definition(name, params, term, place(author.f_code.co_filename, author.f_lineno))
    return kernel.define(name, tuple(params), term, doc)
