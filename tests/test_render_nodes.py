"""The nodes of a layout are values: equal when their class and fields are, and they do not change."""

from __future__ import annotations

import copy
import pickle

import pytest

from derive.render.formula.nodes import Accent, Fence, Mark, Row, Script, Symbol
from derive.render.formula.templates import Marked, template

X, Y = Symbol("x", "var"), Symbol("y", "var")


def test_equal_by_class_and_fields() -> None:
    assert Symbol("x", "var") == X != Y
    assert hash(Symbol("x", "var")) == hash(X)
    assert Accent("hat", X) != Marked("hat", X)
    assert X != ("x", "var")
    assert len({Row((X, Y)), Row((X, Y)), Row((Y, X))}) == 2


def test_fields_by_place_by_name_and_by_default() -> None:
    assert Script(X, Y) == Script(base=X, sub=Y) == Script(X, Y, None)
    assert Fence("(", X, ")").size == 0 == X.size
    assert repr(Mark(X)) == "Mark(body=Symbol(text='x', kind='var', size=0), tint=0)"
    assert Script(X, Y).with_(sub=None) == Script(X)
    assert template("$p[$k]") == template("$p[$k]")


@pytest.mark.parametrize("wrong", [(), ("x",), ("x", "var", 1, "more")])
def test_another_number_of_fields_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(TypeError, match="Symbol has the fields text, kind, size"):
        Symbol(*wrong)
    with pytest.raises(TypeError, match="Symbol has the fields text, kind, size"):
        Symbol("x", knid="var")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Symbol has the fields text, kind, size"):
        Symbol("x", "var", kind="var")  # type: ignore[misc]


def test_a_node_does_not_change() -> None:
    with pytest.raises(AttributeError, match="a Symbol does not change"):
        X.text = "y"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="a Symbol does not change"):
        del X.text
    assert copy.deepcopy(Row((X, Y))) == pickle.loads(pickle.dumps(Row((X, Y)))) == Row((X, Y))
