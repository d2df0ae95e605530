"""Plots for slides: label smoothing, cross-entropy as entropy plus divergence, the gradient in a logit.

``charts`` calculates them, exactly, and ``draw`` draws them; here is which theorem has which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from derive.errors import UserError
from derive.render.formula.notation import Notation, load_notation
from derive.slides.deck import Picture, Slide, Stamp
from derive.slides.deck.template import Template
from derive.slides.plots import charts
from derive.slides.plots.charts import Chart, Shelf

FORMATS = ("svg", "pdf", "png")

_loss, _residual = charts.smoothed_loss, charts.residual
_loss_off, _residual_off = partial(charts.smoothed_loss, off=True), partial(charts.residual, off=True)

PLOTTED: dict[str, tuple[Callable[[Shelf], Chart], ...]] = {
    "label_smoothing_residual": (_loss, _residual),
    "label_smoothing_mixture": (_loss,),
    "label_smoothing_by_uniform_cross_entropy": (_loss,),
    "label_smoothing_by_divergence": (_loss,),
    "label_smoothing_residual_off": (_loss_off, _residual_off),
    "residual_eq_log_ratio": (_residual,),
    "residual_zero_iff": (_residual,),
    "residual_pos_iff": (_residual,),
    "residual_nonneg_of_most_probable": (_residual,),
    "residual_zero_of_most_probable_iff": (_residual,),
    "no_smoothing_no_residual": (_loss, _residual),
    "label_smoothing_minimiser": (_loss,),
    "label_smoothing_changes_the_optimum": (_loss,),
    "nll_has_no_minimiser": (_loss,),
    "entropy_smoothed": (_loss,),
    "entropy_smoothed_off": (_loss_off,),
    "cross_entropy_eq_entropy_add_kl": (charts.entropies,),
    "kl_nonneg": (charts.entropies,),
    "kl_eq_zero_iff": (charts.entropies,),
    "entropy_le_cross_entropy": (charts.entropies,),
    "cross_entropy_eq_entropy_iff": (charts.entropies,),
    "argmin_cross_entropy_iff": (charts.entropies,),
    "cross_entropy_gradient": (charts.gradient,),
}
"""The plots of each theorem, in the order in which they are shown."""


def has_plot(name: str) -> bool:
    return name in PLOTTED


def charts_for(name: str, notation: Notation | str | None = None) -> tuple[Chart, ...]:
    """What the plots of a theorem show.  Raises UserError when it has none."""
    if name not in PLOTTED:
        raise UserError(f"there is no plot for {name}; there are plots for {', '.join(PLOTTED)}")
    shelf = Shelf(load_notation(notation))
    return tuple(chart(shelf) for chart in PLOTTED[name])


def plots_for(
    name: str, template: Template, *, notation: Notation | str | None = None, formats: Collection[str] = FORMATS
) -> tuple[Picture, ...]:
    """The plots of a theorem, as wide as the slide's body; what is not among ``formats`` is left empty.

    Raises UserError when the theorem has none, or matplotlib is not installed.
    """
    return tuple(_picture(name, chart, template, formats) for chart in charts_for(name, notation))


def plot_slides(
    name: str,
    template: Template,
    stamp: Stamp | None = None,
    *,
    notation: Notation | str | None = None,
    formats: Collection[str] = FORMATS,
) -> tuple[Slide, ...]:
    """A slide for each plot of a theorem; its heading says what there is to see.  Raises as ``plots_for`` does."""
    return tuple(
        Slide("plot", name, c.heading, picture=_picture(name, c, template, formats), stamp=stamp)
        for c in charts_for(name, notation)
    )


def _picture(name: str, chart: Chart, template: Template, formats: Collection[str]) -> Picture:
    from derive.slides.plots import draw

    file = f"{name}-plot-{chart.key}"
    with draw.settings():
        fig = draw.figure(chart, template)
        return Picture(
            name=file,
            alt=chart.alt,
            svg=draw.svg(fig, file) if "svg" in formats else "",
            pdf=draw.pdf(fig) if "pdf" in formats else b"",
            png=draw.png(fig) if "png" in formats else b"",
            width=template.width,
            height=draw.HEIGHT,
        )
