"""A theorem at the numbers of sliders: the parts of its claim with their values, and the plot that shows them.

Nothing here knows a formula of a loss: values are those of the claim's own terms, in a small model.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from derive.errors import UserError
from derive.falsify import Model, Undecided, Undefined, evaluate
from derive.kernel.terms import Var
from derive.language.letters import V, j, p, q, y, z
from derive.record import Derivation
from derive.render.formula.notation import load_notation
from derive.render.pens.text import conditions_text, term_text
from derive.render.words.lettered import lettered
from derive.slides.deck import Picture
from derive.slides.deck.template import load_template
from derive.slides.plots import charts_for, kinds_of, picture
from derive.slides.plots.charts import Numbers, decimal
from derive.slides.plots.information import LOGITS, TARGET, tau
from derive.slides.plots.smoothing import EVEN
from derive.work import sides_of
from derive.work.model import letters


class Slider(NamedTuple):
    """``key`` names its number; bounds, step and first value are exact."""

    key: str
    label: str
    low: Fraction
    high: Fraction
    step: Fraction
    start: Fraction

    def nearest(self, value: Any) -> Fraction:
        """The value at which the slider stands nearest to a number.  Raises UserError when it is none."""
        try:
            steps = round((Fraction(str(value)) - self.low) / self.step)
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            raise UserError(
                f"{self.key} must be a number from {self.low} to {self.high}, not {str(value)[:40]!r}"
            ) from None
        return min(max(self.low + steps * self.step, self.low), self.high)


class Scene(NamedTuple):
    """The sliders of a kind of plot, and the model at their values."""

    sliders: tuple[Slider, ...]
    model: Callable[[Mapping[str, Fraction]], Model]


_HUNDREDTH, _TENTH = Fraction(1, 100), Fraction(1, 10)
_OF_TRUE = Slider("p", "p(y)", _HUNDREDTH, 1 - _HUNDREDTH, _HUNDREDTH, Fraction(1, 2))
_OF_FIRST = Slider("p", "p(1)", _HUNDREDTH, 1 - _HUNDREDTH, _HUNDREDTH, Fraction(1, 2))
_TARGET = Slider("q", "q(1)", _HUNDREDTH, 1 - _HUNDREDTH, _HUNDREDTH, TARGET[0])
_SMOOTHING = Slider("eps", "ε", Fraction(0), Fraction(1, 2), _HUNDREDTH, _TENTH)
_TEMPERATURE = Slider("tau", "τ", _TENTH, Fraction(5), _TENTH, Fraction(1))
_LOGIT = Slider("z", "z₁", Fraction(-4), Fraction(6), _TENTH, Fraction(0))


def _pair(x: Fraction) -> tuple[Fraction, Fraction]:
    return x, 1 - x


_SMOOTHED = Scene((_SMOOTHING, _OF_TRUE), lambda at: EVEN.model(at["p"], at["eps"]))
SCENES: dict[str, Scene] = {
    "residual": _SMOOTHED,
    "loss": _SMOOTHED,
    "distributions": _SMOOTHED,
    "surprisal": Scene((_OF_TRUE,), lambda at: Model({V: 2, y: 1, p: _pair(at["p"])})),
    "entropies": Scene((_TARGET, _OF_FIRST), lambda at: Model({V: 2, q: _pair(at["q"]), p: _pair(at["p"])})),
    "gradient": Scene((_LOGIT,), lambda at: Model({V: 2, q: TARGET, z: (at["z"], 0), j: 1})),
    "temperature": Scene((_TEMPERATURE,), lambda at: Model({V: len(LOGITS), z: LOGITS, q: (1, 0, 0, 0), tau: at["tau"], y: 1, j: 1})),
}  # fmt: skip
"""The kinds of plots that have sliders, in the order in which one of them is chosen for a theorem."""


class Row(NamedTuple):
    """A part of the claim: its sign, formula, name and value, for readers."""

    sign: str
    formula: str
    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Explored:
    """A theorem at the values of its sliders."""

    derivation: Derivation
    kind: str
    values: Mapping[str, Fraction]
    notation: str = ""
    dark: bool = False

    @property
    def scene(self) -> Scene:
        return SCENES[self.kind]

    @property
    def model(self) -> Model:
        return self.scene.model(self.values)

    def moved(self, values: Mapping[str, Any]) -> Explored:
        """At other values.  Raises UserError for a slider that there is not, and for what is no number."""
        known = {s.key: s for s in self.scene.sliders}
        for key in values:
            if key not in known:
                raise UserError(f"there is no slider {str(key)[:40]!r}; there are {', '.join(known)}")
        new = {key: known[key].nearest(value) for key, value in values.items()}
        return Explored(self.derivation, self.kind, {**self.values, **new}, self.notation, self.dark)

    @property
    def lettered(self) -> Derivation:
        return lettered(self.derivation, load_notation(self.notation or None))

    def unmet(self) -> str:
        """The conditions of the theorem that these values break, in words; "" where all hold."""
        broken = []
        for g in self.derivation.given:
            try:
                holds = evaluate(g, self.model) is True
            except (Undefined, Undecided):
                holds = False
            broken += [] if holds else conditions_text([g])
        return f"The theorem says nothing here; it asks for {'; '.join(broken)}." if broken else ""

    def rows(self) -> tuple[Row, ...]:
        """The claim, part by part, exactly evaluated; none where a condition is broken, or the claim does not relate two
        numbers."""
        sides = None if self.unmet() else sides_of(self.lettered, self.model)
        if sides is None:
            return ()
        parts = [("", sides.left), *((part.sign or sides.relation, part) for part in sides.right)]
        return tuple(
            Row(sign, term_text(part.term, self.notation or None), part.words, decimal(part.value, 4))
            for sign, part in parts
        )

    def plot(self) -> Picture:
        """Raises UserError when matplotlib is not installed."""
        numbers = Numbers(self.model)
        (chart,) = charts_for(self.derivation.name, self.notation or None, (self.kind,), numbers)
        return picture(self.derivation.name, chart, load_template(dark=self.dark), ("svg",))

    def html(self) -> str:
        """The same without sliders, for a page that nothing runs behind."""
        drawn = self.plot()
        cells = "".join(
            f"<tr><td>{html.escape(r.sign)}</td><td>{html.escape(r.formula)}</td><td>{html.escape(r.words)}</td>"
            f"<td>{html.escape(r.value)}</td></tr>"
            for r in self.rows()
        )
        at = ", ".join(f"{html.escape(s.label)} = {decimal(self.values[s.key])}" for s in self.scene.sliders)
        said = f"{html.escape(self.lettered.summary)} {html.escape(self.unmet())}".strip()
        image = f'<img alt="{html.escape(drawn.alt)}" src="{drawn.address}" style="max-width: 100%"/>'
        return f'<div class="derive-widget"><p>{said}</p><p>{at}</p><table>{cells}</table>{image}</div>'


def explored(derivation: Derivation, kind: str = "", notation: str = "", dark: bool = False) -> Explored:
    """A theorem at the first values of its sliders: with the plot of this kind, or of the first kind that has some.

    Raises UserError when the theorem has no such plot.
    """
    having = [k for k in SCENES if k in kinds_of(derivation.name) and _has_letters(derivation, SCENES[k])]
    if kind and kind not in having:
        raise UserError(f"{derivation.name} has no sliders {kind[:40]!r}; it has {', '.join(having) or 'none'}")
    if not having:
        some = ", ".join(SCENES)
        raise UserError(
            f"there are no sliders for {derivation.name}; theorems with a plot of the kinds {some} have them"
        )
    chosen = kind or having[0]
    return Explored(derivation, chosen, {s.key: s.start for s in SCENES[chosen].sliders}, notation, dark)


def _has_letters(derivation: Derivation, scene: Scene) -> bool:
    """Whether the model of the sliders says what each letter of claim and conditions is."""
    model = scene.model({s.key: s.start for s in scene.sliders})
    said: set[Var] = {var for var, _ in model.entries}
    return letters(derivation) <= said
