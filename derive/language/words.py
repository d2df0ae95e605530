"""What a definition is called in a sentence, said where it is defined."""

from __future__ import annotations

from derive.kernel import definitions as kernel
from derive.kernel.definitions import Definition
from derive.kernel.terms import Term, Var
from derive.operators.derivatives import PARTIALS

WORDS: dict[Definition, str] = dict.fromkeys(PARTIALS.values(), "the partial derivative")


def define(name: str, params: tuple[Var, ...], body: Term, doc: str, words: str) -> Definition:
    """A definition of the library; ``words`` stand after "definition of" where it is a reason."""
    made = kernel.define(name, params, body, doc)
    WORDS[made] = words
    return made


def called(definition: Definition) -> str:
    """Its words; a definition of the user's own is called by its name."""
    return WORDS.get(definition, definition.name.replace("_", " "))
