"""How tests ask derive audit: a function, its inputs by name, and the loss that it is to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.audit.inputs import Inputs, read_input
from derive.audit.request import Answer, answer
from derive.audit.verdict import Program
from derive.errors import allow_deep_formulas

ROWS, BATCH = "logits=T,V labels=T", "logits=B,T,V labels=B,T"


def program(
    function: Callable[..., Any], shapes: str, ignore: int | None = -100, front: str = "", **fixed: Any
) -> Program:
    name = getattr(function, "__name__", type(function).__name__)
    return Program(name, function, Inputs([read_input(s) for s in shapes.split()], ignore), fixed, front=front)


def asked(
    function: Callable[..., Any], shapes: str, wanted: str, ignore: int | None = -100, front: str = "", **fixed: Any
) -> Answer:
    allow_deep_formulas()
    return answer(program(function, shapes, ignore, front, **fixed), wanted)
