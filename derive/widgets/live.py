"""The widget: sliders in a notebook, behind which Python calculates.  Needs anywidget."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from derive.errors import UserError
from derive.slides.plots.charts import to_float
from derive.widgets.explored import Explored


class TheoremWidget(anywidget.AnyWidget):
    """Sliders for a theorem.  ``values`` are theirs, by key; what is shown follows when they change."""

    _esm = (files("derive.widgets") / "widget.js").read_text("utf-8")
    values = traitlets.Dict().tag(sync=True)
    sliders: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)  # an address that holds the picture itself
    alt = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)

    def __init__(self, explored: Explored) -> None:
        self.explored = explored
        sliders = [
            {"key": s.key, "label": s.label, "low": float(s.low), "high": float(s.high), "step": float(s.step)}
            for s in explored.scene.sliders
        ]
        super().__init__(values=_floats(explored), sliders=sliders)
        self.observe(self._moved, "values")
        self._show()

    def _moved(self, change: Any) -> None:
        try:
            self.explored = self.explored.moved(change["new"])
        except UserError as error:
            self.trouble = str(error)
            return
        self._show()

    def _show(self) -> None:
        drawn = self.explored.plot()
        with self.hold_sync():
            self.rows = [list(row) for row in self.explored.rows()]
            self.alt = drawn.alt
            self.picture = drawn.address
            self.trouble = self.explored.unmet()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Beside the widget a page that stands where nothing runs."""
        found = super()._repr_mimebundle_(**options)
        data, metadata = found if isinstance(found, tuple) else (found or {}, {})
        return {**data, "text/html": self.explored.html()}, metadata


def _floats(explored: Explored) -> dict[str, float]:
    return {key: to_float(value) for key, value in explored.values.items()}
