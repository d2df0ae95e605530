"""Sliders: exact values of the claim's own terms, in a widget that traitlets drive without a browser."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest

from derive.board.catalogue import find_theorem
from derive.errors import UserError
from derive.falsify import evaluate
from derive.slides.plots.charts import decimal
from derive.widgets.explored import SCENES, explored

RESIDUAL = "label_smoothing_residual"


def of(name: str, kind: str = ""):
    return explored(find_theorem(name).derivation, kind)


def test_values_are_those_of_the_claims_own_terms() -> None:
    shown = of(RESIDUAL).moved({"eps": 0.2, "p": "0.9"})
    assert dict(shown.values) == {"eps": Fraction(1, 5), "p": Fraction(9, 10)}
    left, right = shown.derivation.claim.args
    parts = [left, *right.args]
    assert [row.value for row in shown.rows()] == [decimal(evaluate(part, shown.model), 4) for part in parts]
    assert [row.sign for row in shown.rows()] == ["", "=", "+"] and shown.rows()[2].words == "residual"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("surprisal", "cross_entropy_one_hot"), ("entropies", "kl_nonneg"), ("gradient", "cross_entropy_gradient"), ("temperature", "tempered_gradient")],
)  # fmt: skip
def test_each_kind_has_sliders_and_holds_where_they_go(kind: str, name: str) -> None:
    shown = of(name)
    assert shown.kind == kind
    for bound in ("low", "high"):
        moved = shown.moved({s.key: getattr(s, bound) for s in shown.scene.sliders})
        assert not moved.unmet() and evaluate(moved.derivation.claim, moved.model) is True


def test_outside_the_conditions_no_values_are_shown() -> None:
    shown = of("residual_nonneg_of_most_probable")  # of a token that is the most probable one
    assert shown.moved({"p": 0.5}).rows()
    outside = shown.moved({"p": 0.01})
    assert outside.rows() == () and outside.unmet().startswith("The theorem says nothing here; it asks for")


@pytest.mark.parametrize(
    ("values", "why"),
    [({"eps": "x"}, "eps must be a number"), ({"eps": float("nan")}, "must be a number"), ({"eps": float("inf")}, "must be a number"),
     ({"eps": "1/0"}, "must be a number"), ({"eps": None}, "must be a number"), ({"V": 3}, "there is no slider 'V'")],
)  # fmt: skip
def test_what_is_no_number_is_refused(values: dict[str, object], why: str) -> None:
    with pytest.raises(UserError, match=why):
        of(RESIDUAL).moved(values)


def test_sliders_stay_within_their_bounds() -> None:
    assert of(RESIDUAL).moved({"eps": 99, "p": -1}).values == {"eps": Fraction(1, 2), "p": Fraction(1, 100)}


def test_theorems_without_sliders_are_refused() -> None:
    with pytest.raises(UserError, match="there are no sliders for softmax_shift"):
        of("softmax_shift")
    with pytest.raises(UserError, match="has no sliders 'tree'; it has residual, loss, distributions"):
        of(RESIDUAL, "tree")
    assert "tree" not in SCENES


def test_the_widget_follows_its_sliders() -> None:
    pytest.importorskip("anywidget")
    pytest.importorskip("matplotlib")
    widget = find_theorem(RESIDUAL).widget()
    before = widget.picture
    assert [s["key"] for s in widget.sliders] == ["eps", "p"] and widget.rows[0][3] == "0.8909"
    widget.values = {"eps": 0.0, "p": 0.5}
    assert [row[3] for row in widget.rows] == ["0.6931", "0.6931", "0"] and widget.picture != before
    assert "p(y) = 0.5" in widget.alt
    widget.values = {"eps": "<b>"}
    assert "eps must be a number" in widget.trouble and widget.rows[2][3] == "0"
    page = widget._repr_mimebundle_()[0]["text/html"]
    assert ElementTree.fromstring(page).find("img").attrib["src"].startswith("data:image/svg+xml;base64,")


def test_marimo_takes_the_widget() -> None:
    marimo = pytest.importorskip("marimo")
    assert marimo.ui.anywidget(find_theorem(RESIDUAL).widget()) is not None
