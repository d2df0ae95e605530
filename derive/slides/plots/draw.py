"""Drawing a chart with matplotlib, to be read from the back of a room.

Nothing global is used: no pyplot, and the settings are those of this file, whatever the user's own are.  The same chart
gives the same bytes.  Letters are shapes in SVG, so that they look alike everywhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING, Any

from derive.errors import UserError
from derive.render.formula.nodes import Node, Prose
from derive.render.pens.latex import node_latex
from derive.render.pens.text import Pen
from derive.slides.deck.template import Colors, Template, contrast, mixed
from derive.slides.plots.charts import Chart, Point

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

EM = 24.0  # points: the formulas' size on a slide 13.33 or 10 inches wide
HEIGHT = 14.0  # em of a picture, as wide as the slide's body
WORDS, TICKS = 20.0, 18.0  # points, of titles and labels and of the numbers at the axes
LINE = 3.5  # points
LEAST_WIDTH = 20.0  # em: of the axes, or the labels at the ends of the curves are the short ones

OKABE_ITO = ("#0072B2", "#56B4E9", "#D55E00", "#E69F00", "#CC79A7", "#009E73", "#F0E442")
"""Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008)."""
VISIBLE = 3.0  # contrast of a curve to the background, at least
LIGHTNESS = 6.5  # from one curve to another, of 100; more does not help
DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
MARKERS = ("o", "s", "D", "^")
_SETTINGS: Any = {
    "svg.hashsalt": "derive",
    "svg.fonttype": "path",
    "pdf.fonttype": 3,
    "path.simplify": False,
    "mathtext.fontset": "dejavusans",
    "font.family": ["DejaVu Sans"],
    "axes.unicode_minus": True,
}


# --- colours ---------------------------------------------------------------------------------------------------------


def lightness(color: str) -> float:
    """How light a colour is in a print without colours, from 0 to 100."""
    y = 0.05 * contrast(color, "#000000") - 0.05
    return 903.3 * y if y <= 0.008856 else 116 * y ** (1 / 3) - 16


def curve_colors(colors: Colors) -> tuple[str, ...]:
    """Four colours for curves: that of the text, and the three of the palette that stand out from the background and are
    told apart without colours too.  Where the background leaves fewer, the palette is mixed with the colour of the text."""
    visible = [c for c in OKABE_ITO if contrast(c, colors.background) >= VISIBLE]
    if len(visible) < 3:
        visible = [_mixed(c, colors) for c in OKABE_ITO]

    def quality(chosen: Sequence[str]) -> tuple[float, float]:
        steps = [abs(lightness(a) - lightness(b)) for a, b in combinations((colors.text, *chosen), 2)]
        return min(*steps, LIGHTNESS), min(contrast(c, colors.background) for c in chosen)

    return (colors.text, *max(combinations(visible, 3), key=quality))


def _mixed(color: str, colors: Colors) -> str:
    """A colour with as little of the text's as makes it stand out."""
    tries = [mixed(color, colors.text, percent) for percent in range(0, 101, 10)]
    return next((c for c in tries if contrast(c, colors.background) >= VISIBLE), tries[-1])


# --- words -----------------------------------------------------------------------------------------------------------


def mathtext(words: Prose) -> str:
    """A sentence for matplotlib: formulas as its own mathematics, as far as that can draw them."""
    return "".join(part.replace("$", r"\$") if isinstance(part, str) else _formula(part) for part in words)


def _formula(node: Node) -> str:
    from matplotlib.mathtext import MathTextParser

    source = re.sub(r"\\[bB]igg?[lr]", "", node_latex(node, inline=True))
    try:
        MathTextParser("path").parse(f"${source}$")
    except ValueError:
        return Pen().draw(node).strip().replace("$", r"\$")
    return f"${source}$"


# --- the figure ------------------------------------------------------------------------------------------------------


@contextmanager
def settings() -> Iterator[None]:
    """Matplotlib with the settings of this file; afterwards with those that it had."""
    try:
        import matplotlib
    except ImportError:
        raise UserError("plots need matplotlib; install it with  pip install '.[plots]' in derive's folder") from None
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def figure(chart: Chart, template: Template) -> Figure:
    """The picture of a chart, as wide as the slide's body.  To be called, drawn and saved within ``settings``."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    fig = Figure(figsize=(template.width * EM / 72, HEIGHT * EM / 72), facecolor="none")
    FigureCanvasAgg(fig)
    _Plot(fig, chart, template).draw()
    return fig


class _Plot:
    def __init__(self, fig: Figure, chart: Chart, template: Template) -> None:
        self.fig, self.chart, self.colors = fig, chart, template.colors
        self.palette = curve_colors(template.colors)
        self.wide, self.high = template.width, HEIGHT  # in em
        self.axes: Any = fig.add_axes((0, 0, 1, 1), facecolor="none")

    def draw(self) -> None:
        self.frame()
        self.fill()
        for n, curve in enumerate(self.chart.curves):
            xs, ys = _floats(curve.points)
            self.axes.plot(xs, ys, color=self.palette[n], linestyle=DASHES[n], linewidth=LINE, dash_capstyle="butt")
            if curve.mark is not None:
                self.marker(n, *curve.mark.xy)
        self.ends()
        self.remarks()

    def frame(self) -> None:
        axes, chart = self.axes, self.chart
        axes.set(xlim=chart.x, ylim=chart.y)
        axes.set_xticks(chart.x_ticks, [_tick(t) for t in chart.x_ticks])
        axes.set_yticks(chart.y_ticks, [_tick(t) for t in chart.y_ticks])
        axes.tick_params(labelsize=TICKS, colors=self.colors.text, width=1.5, length=7, pad=6)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set(color=self.colors.muted, linewidth=1.5)
        axes.set_xlabel(mathtext(chart.across), fontsize=WORDS, color=self.colors.text, labelpad=6)
        self.text(0, 1, chart.up, transform=axes.transAxes, va="bottom")

    def text(self, x: float, y: float, words: Prose, **more: Any) -> Text:
        text: Text = self.axes.text(x, y, mathtext(words), **{"fontsize": WORDS, "color": self.colors.text, **more})
        return text

    def fill(self) -> None:
        """Areas in two tints, and one of them hatched, so that they differ without colours."""
        for n, area in enumerate(self.chart.areas):
            xs, low = _floats(area.low)
            _, high = _floats(area.high)
            color = self.palette[n + 1]
            self.axes.fill_between(xs, low, high, facecolor=color, alpha=0.25, linewidth=0)
            if n:
                self.axes.fill_between(xs, low, high, facecolor="none", edgecolor=color, hatch="/", linewidth=0)
                self.axes.plot(xs, low, color=self.palette[n], linewidth=LINE - 1)  # the edge of the area below

    def marker(self, n: int, x: float, y: float, **more: Any) -> None:
        open, color, background = self.chart.curves[n].open, self.palette[n], self.colors.background
        self.axes.plot(
            [x], [y], marker=MARKERS[n], markersize=13, linestyle="none", clip_on=False, zorder=4,
            markerfacecolor=background if open else color, markeredgecolor=color if open else background,
            markeredgewidth=2.5 if open else 1.5, **more,
        )  # fmt: skip

    def ends(self) -> None:
        """The axes as large as the words around them allow, and the labels at the ends of the curves, moved apart."""
        canvas: Any = self.fig.canvas
        renderer = canvas.get_renderer()
        em = self.fig.dpi * EM / 72  # in pixels
        axes, curves = self.axes, self.chart.curves
        labels = [self.text(0, 0, c.label + c.more, va="center", transform=axes.transAxes) for c in curves]
        marked = [c.mark is not None and not c.open for c in curves]
        handle = 1.0 if sum(marked) > 1 else 0.0  # room for the marker of the curve before its label
        ticks = max(t.get_window_extent(renderer).width for t in axes.get_yticklabels()) / em
        left, bottom, top = ticks + 0.8, 3.0, 1.7

        def room() -> float:
            return float(
                self.wide - left - max(t.get_window_extent(renderer).width for t in labels) / em - handle - 1.0
            )

        if room() < LEAST_WIDTH:
            for label, c in zip(labels, curves, strict=True):
                label.set_text(mathtext(c.label))
        width, height = room(), self.high - bottom - top
        axes.set_position((left / self.wide, bottom / self.high, width / self.wide, height / self.high))
        low, high = self.chart.y
        # from one label to the next, of the height of the axes
        least = 1.15 * max(t.get_window_extent(renderer).height for t in labels) / em / height
        at = -1.0
        for y, n in sorted(((c.points[-1].xy[1] - low) / (high - low), n) for n, c in enumerate(curves)):
            at = max(min(y, 1.0), at + least)
            labels[n].set_position((1 + (0.7 + handle) / width, at))
            if handle and marked[n]:
                self.marker(n, 1 + (0.4 + handle / 2) / width, at, transform=axes.transAxes)

    def remarks(self) -> None:
        for r in self.chart.remarks:
            look: dict[str, Any] = {"fontsize": TICKS, "color": self.colors.muted}
            if r.inside:  # a hatched area must not cross the letters
                box = {"facecolor": self.colors.background, "edgecolor": "none", "alpha": 0.8, "pad": 4}
                look = {"bbox": box, "color": self.colors.text}
            words = "\n".join(map(mathtext, r.lines))
            self.axes.text(
                r.x, r.y, words, ha=r.align, va="center", zorder=5, linespacing=1.35, **{"fontsize": WORDS, **look}
            )


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _floats(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    pairs = [p.xy for p in points]
    return [x for x, _ in pairs], [y for _, y in pairs]


# --- files -----------------------------------------------------------------------------------------------------------


def svg(fig: Figure, name: str) -> str:
    """The picture to stand in a page beside others: no prologue, no style for the whole page, and ids that are its own."""
    text = _saved(fig, "svg", {"Date": None, "Creator": None}).decode()
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text[text.index("<svg") :], count=1, flags=re.DOTALL)
    text = re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", text, count=1, flags=re.DOTALL)
    text = text.replace("<svg ", '<svg stroke-linejoin="round" ', 1)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)


def pdf(fig: Figure) -> bytes:
    return _saved(fig, "pdf", {"CreationDate": None, "Creator": None, "Producer": None})


def png(fig: Figure) -> bytes:
    return _saved(fig, "png", {"Software": None}, dpi=200)


def _saved(fig: Figure, format: str, metadata: dict[str, None], **more: Any) -> bytes:
    out = io.BytesIO()
    fig.savefig(out, format=format, transparent=True, metadata=metadata, **more)
    return out.getvalue()
