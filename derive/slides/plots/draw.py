"""Drawing a chart with matplotlib, to be read from the back of a room.

Nothing global is used: no pyplot, and the settings are those of this file, whatever the user's own are.  The same chart
gives the same bytes.  Letters are shapes in SVG, so that they look alike everywhere.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING, Any

from derive.errors import UserError
from derive.render.formula.nodes import Node, Prose
from derive.render.pens.latex import node_latex
from derive.render.pens.text import Pen
from derive.slides.deck.paginate import prose_width
from derive.slides.deck.template import HEADING, Colors, Template, contrast, mixed
from derive.slides.letters import SANS, Letters
from derive.slides.plots.charts import Chart, Curve, Point, Series, decimal
from derive.slides.plots.place import settle

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

EM = 24.0  # points: the formulas' size on a slide 13.33 or 10 inches wide
LESS = (
    0.3  # em: of a picture no gap can be made smaller, as those between the lines of a derivation are where they must
)
WORDS, TICKS = 21.0, 20.0  # points, of titles and labels and of the numbers at the axes
LINE = 3.5  # points
LEAST_WIDTH = 19.0  # em: of the axes, or the labels at the ends of the curves are the short ones

OKABE_ITO = ("#0072B2", "#56B4E9", "#D55E00", "#E69F00", "#CC79A7", "#009E73", "#F0E442")
"""Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008)."""
VISIBLE = 3.0  # contrast of a curve to the background, at least
LIGHTNESS = 6.5  # from one curve to another, of 100; more does not help
OVER: Any = (0, (1.2, 1.8))  # dashes of a curve that lies on another one
MARKERS = ("o", "s", "D", "^")
HATCHES = ("", "//", "..", "xx")
_SETTINGS: Any = {
    "svg.hashsalt": "derive",
    "svg.fonttype": "path",
    "pdf.fonttype": 3,
    "path.simplify": False,
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


_SIGNS = {"$": r"\$", "−": "$-$", "<": "$<$", ">": "$>$"}  # where the fonts of TeX have no such letter, or another one


def mathtext(words: Prose) -> str:
    """A sentence for matplotlib: formulas as its own mathematics, as far as that can draw them."""
    return "".join(
        "".join(_SIGNS.get(c, c) for c in part) if isinstance(part, str) else _formula(part) for part in words
    )


def _formula(node: Node) -> str:
    from matplotlib.mathtext import MathTextParser

    source = re.sub(r"\\[bB]igg?[lr]", "", node_latex(node, inline=True)).replace("−", "-")
    try:
        MathTextParser("path").parse(f"${source}$")
    except ValueError:
        return Pen().draw(node).strip().replace("$", r"\$")
    return f"${source}$"


# --- the figure ------------------------------------------------------------------------------------------------------


@contextmanager
def settings(letters: Letters = SANS, font: str = "") -> Iterator[None]:
    """Matplotlib with the settings of this file and the letters of a deck, whose own ``font`` goes first where it is
    installed; afterwards with those that it had."""
    try:
        import matplotlib
        from matplotlib.font_manager import fontManager
    except ImportError:
        raise UserError("plots need matplotlib; install it with  pip install '.[plots]' in derive's folder") from None
    installed = {f.name for f in fontManager.ttflist}
    families = [name for name in (font, *letters.words) if name in installed]
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a word in a script that no font here has is drawn as boxes
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_SETTINGS, "font.family": families, "mathtext.fontset": letters.formulas})
        yield


def height(chart: Chart, template: Template) -> float:
    """Of the picture, in em: what the slide has below its heading."""
    one_line = prose_width(chart.heading) * HEADING <= template.width
    return template.height - LESS + (HEADING if one_line else 0.0)


def figure(chart: Chart, template: Template) -> Figure:
    """The picture of a chart, as wide as the slide's body.  To be called, drawn and saved within ``settings``."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    high = height(chart, template)
    fig = Figure(figsize=(template.width * EM / 72, high * EM / 72), facecolor="none")
    FigureCanvasAgg(fig)
    _Plot(fig, chart, template, high).draw()
    return fig


class _Plot:
    def __init__(self, fig: Figure, chart: Chart, template: Template, high: float) -> None:
        self.fig, self.chart, self.colors = fig, chart, template.colors
        self.palette = curve_colors(template.colors)
        self.wide, self.high = template.width, high  # in em
        self.axes: Any = fig.add_axes((0, 0, 1, 1), facecolor="none")
        self.moving: list[Text] = []  # remarks that may move

    def draw(self) -> None:
        self.frame()
        self.fill()
        self.bars()
        self.edges()
        for n, curve in enumerate(self.chart.curves):
            xs, ys = _floats(curve.points)
            style = OVER if curve.over else "solid"
            self.axes.plot(xs, ys, color=self.palette[n], linestyle=style, linewidth=LINE, dash_capstyle="butt", solid_joinstyle="round")  # fmt: skip
            if curve.mark is not None:
                self.marker(n, *curve.mark.xy)
            if curve.here is not None:
                self.ring(curve.here)
        self.ends()
        self.remarks()
        settle(self.fig, self.axes, self.moving)

    def frame(self) -> None:
        axes, chart = self.axes, self.chart
        axes.set(xlim=chart.x, ylim=chart.y)
        names = [mathtext(name) for name in chart.names] or [_tick(t) for t in chart.x_ticks]
        axes.set_xticks(chart.x_ticks, names)
        axes.set_yticks(chart.y_ticks, [_tick(t) for t in chart.y_ticks])
        axes.tick_params(labelsize=TICKS, colors=self.colors.text, width=1.5, length=7, pad=6)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set(color=self.colors.muted, linewidth=1.5)
        if not chart.framed:
            axes.set_axis_off()
            return
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

    def bars(self) -> None:
        """Bars side by side, told apart by colour and by hatching."""
        many = len(self.chart.series)
        for n, series in enumerate(self.chart.series):
            xs, ys = _floats(series.points)
            wide = 0.8 / many
            at = [x + (n - (many - 1) / 2) * wide for x in xs]
            color, back = self.palette[n], self.colors.background
            self.axes.bar(at, ys, wide * 0.88, facecolor=color, edgecolor=back, hatch=HATCHES[n], linewidth=0, zorder=2)

    def edges(self) -> None:
        for edge in self.chart.edges:
            (x0, y0), (x1, y1) = edge.start, edge.end
            color, width = (self.colors.text, LINE + 1) if edge.strong else (self.colors.muted, 2.0)
            style = "solid" if edge.strong or not self.chart.framed else OVER
            self.axes.plot([x0, x1], [y0, y1], color=color, linewidth=width, linestyle=style, zorder=1, solid_capstyle="round")  # fmt: skip

    def marker(self, n: int, x: float, y: float, **more: Any) -> None:
        open, color, background = self.chart.curves[n].open, self.palette[n], self.colors.background
        self.axes.plot(
            [x], [y], marker=MARKERS[n], markersize=13, linestyle="none", clip_on=False, zorder=4,
            markerfacecolor=background if open else color, markeredgecolor=color if open else background,
            markeredgewidth=2.5 if open else 1.5, **more,
        )  # fmt: skip

    def ring(self, here: Point) -> None:
        """Where the given numbers are, with the value there."""
        x, y = here.xy
        ring = {"markerfacecolor": "none", "markeredgewidth": 3.0, "clip_on": False, "zorder": 5}
        self.axes.plot(
            [x], [y], marker="o", markersize=17, linestyle="none", markeredgecolor=self.colors.changed, **ring
        )
        words = f"at the given numbers: {decimal(here.value, 4)}"
        low, high = self.chart.y
        self.moving.append(
            self.text(
                x, y + 0.1 * (high - low), (words,), color=self.colors.changed, ha="center", va="center", zorder=5
            )
        )

    def ends(self) -> None:
        """The axes as large as the words around them allow, and the labels at the ends of the curves, moved apart."""
        canvas: Any = self.fig.canvas
        renderer = canvas.get_renderer()
        em = self.fig.dpi * EM / 72  # in pixels
        axes = self.axes
        named: tuple[Curve | Series, ...] = self.chart.curves or self.chart.series
        if not named:  # a tree
            axes.set_position((0.01, 0.01, 0.98, 0.98))
            return
        labels = [
            self.text(0, 0, c.label + getattr(c, "more", ()), va="center", transform=axes.transAxes) for c in named
        ]
        marked = [c.mark is not None and not c.open for c in self.chart.curves] or [True] * len(named)
        handle = 1.0 if sum(marked) > 1 else 0.0  # room for the marker of the curve before its label
        ticks = max(t.get_window_extent(renderer).width for t in axes.get_yticklabels()) / em
        left, bottom, top = ticks + 0.8, 3.1, 1.9

        def room() -> float:
            return float(
                self.wide - left - max(t.get_window_extent(renderer).width for t in labels) / em - handle - 1.0
            )

        if room() < LEAST_WIDTH:
            for label, c in zip(labels, named, strict=True):
                label.set_text(mathtext(c.label))
        width, height = room(), self.high - bottom - top
        axes.set_position((left / self.wide, bottom / self.high, width / self.wide, height / self.high))
        # what stands below the axes is in their middle, or where it does not leave the picture
        across = axes.xaxis.label.get_window_extent(renderer).width / em / 2 + 0.2
        across = min(max(left + width / 2, across), max(across, self.wide - across))
        axes.xaxis.label.set_x((across - left) / width)
        low, high = self.chart.y
        # from one label to the next, of the height of the axes
        least = 1.15 * max(t.get_window_extent(renderer).height for t in labels) / em / height
        ends = [(c.points[-1].xy[1] - low) / (high - low) for c in self.chart.curves]
        ends = ends or [0.5 - least * n for n in range(len(named))]
        at = -least
        for y, n in sorted((y, n) for n, y in enumerate(ends)):
            at = max(min(y, 1.0), at + least)
            labels[n].set_position((1 + (0.7 + handle) / width, at))
            if handle and marked[n]:
                self.swatch(n, 1 + (0.4 + handle / 2) / width, at)

    def swatch(self, n: int, x: float, y: float) -> None:
        """The marker of a curve, or a piece of a bar, before its label."""
        if self.chart.curves:
            self.marker(n, x, y, transform=self.axes.transAxes)
            return
        from matplotlib.patches import Rectangle

        wide, high = 0.55, 0.8  # em
        box = self.axes.get_position()
        w, h = wide / (box.width * self.wide), high / (box.height * self.high)
        self.axes.add_patch(
            Rectangle(
                (x - w / 2, y - h / 2), w, h, transform=self.axes.transAxes, clip_on=False, facecolor=self.palette[n],
                edgecolor=self.colors.background, hatch=HATCHES[n], linewidth=0,
            )
        )  # fmt: skip

    def remarks(self) -> None:
        for r in self.chart.remarks:
            look: dict[str, Any] = {"fontsize": TICKS, "color": self.colors.muted}
            if r.inside:  # a hatched area must not cross the letters
                box = {"facecolor": self.colors.background, "edgecolor": "none", "alpha": 0.8, "pad": 4}
                look = {"bbox": box, "color": self.colors.text}
            if r.strong:
                look = {"color": self.colors.text, "fontsize": WORDS, "linespacing": 1.8}
            words = "\n".join(map(mathtext, r.lines))
            text = self.axes.text(
                r.x, r.y, words, ha=r.align, va="center", zorder=5, **{"fontsize": WORDS, "linespacing": 1.3, **look}
            )
            if not (r.fixed or r.inside):
                self.moving.append(text)


def _tick(value: float) -> str:
    """A number at an axis, as the formulas of the deck have theirs."""
    return f"${value:g}$"


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
