"""Plots for slides: what each kind shows, and which theorems have it.

``charts`` says what a plot is; ``smoothing``, ``information``, ``sequences`` and ``training`` calculate them, exactly, and
``draw`` draws them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from derive.errors import UserError
from derive.falsify import Undecided, Undefined
from derive.render.formula.notation import Notation, load_notation
from derive.slides.deck import Picture, Slide, Stamp
from derive.slides.deck.template import Template
from derive.slides.letters import SANS, Letters
from derive.slides.plots import information, sequences, smoothing, training
from derive.slides.plots.charts import Chart, Numbers, Shelf, UnfitError

FORMATS = ("svg", "pdf", "png")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of plot; ``off`` are the theorems that share eps among the V - 1 wrong tokens, of which it draws a variant."""

    shows: str
    chart: Callable[..., Chart]
    theorems: tuple[str, ...]
    off: tuple[str, ...] = ()


_SEQUENCE = (
    "cross_entropy_is_nll", "mean_cross_entropy_is_mean_nll", "log_likelihood_is_log_probability",
    "perplexity_eq_exp_mean_cross_entropy", "perplexity_eq_geometric_mean",
)  # fmt: skip
_SMOOTHED = ("label_smoothing_mixture", "label_smoothing_by_uniform_cross_entropy", "label_smoothing_by_divergence")
_RESIDUAL = (
    "residual_eq_log_ratio", "residual_zero_iff", "residual_pos_iff", "residual_nonneg_of_most_probable",
    "residual_zero_of_most_probable_iff",
)  # fmt: skip
_OPTIMA = ("argmin_cross_entropy_eq_argmax_log_likelihood", "argmax_probability_eq_argmin_cross_entropy")

KINDS: dict[str, Kind] = {
    "tree": Kind("the tokens at each position, with the log-probabilities along the output", sequences.tree, _SEQUENCE),
    "surprisal": Kind(
        "−log p(y) against p(y)", information.surprisals,
        ("cross_entropy_one_hot", "cross_entropy_one_hot_zeros_allowed", "cross_entropy_is_nll"),
    ),
    "optimum": Kind("the loss and the log-likelihood against a parameter", sequences.optimum, _OPTIMA),
    "distributions": Kind(
        "bars of the one-hot target, the smoothed target and the model", smoothing.distributions,
        ("label_smoothing_residual", *_SMOOTHED, "smoothed_sums_to_one", "no_smoothing_no_residual"),
        off=("label_smoothing_residual_off",),
    ),
    "loss": Kind(
        "the smoothed loss against p(y)", smoothing.smoothed_loss,
        ("label_smoothing_residual", *_SMOOTHED, "no_smoothing_no_residual", "label_smoothing_minimiser",
         "label_smoothing_changes_the_optimum", "nll_has_no_minimiser", "entropy_smoothed"),
        off=("label_smoothing_residual_off", "entropy_smoothed_off"),
    ),
    "residual": Kind(
        "the residual against p(y)", smoothing.residual,
        ("label_smoothing_residual", *_RESIDUAL, "no_smoothing_no_residual"), off=("label_smoothing_residual_off",),
    ),
    "training": Kind(
        "the smoothed loss, NLL and residual over the steps of a training run", training.training,
        ("label_smoothing_residual", "exercise_4_identical_plots"),
    ),
    "entropies": Kind(
        "cross-entropy as entropy plus divergence", information.entropies,
        ("cross_entropy_eq_entropy_add_kl", "kl_eq_cross_entropy_sub_entropy", "kl_nonneg", "kl_eq_zero_iff",
         "entropy_le_cross_entropy", "cross_entropy_eq_entropy_iff", "argmin_cross_entropy_iff"),
    ),
    "gradient": Kind(
        "prediction and target against a logit", information.gradient,
        ("cross_entropy_gradient",),
    ),
    "temperature": Kind(
        "softmax at three temperatures", information.temperatures,
        ("tempered_gradient", "tempered_logsumexp_gradient", "distillation_gradient"),
    ),
}  # fmt: skip
"""The kinds of plots, in the order in which they are shown.  Of a theorem that several kinds have, all are shown."""


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds of plots that a theorem has."""
    return tuple(kind for kind, about in KINDS.items() if name in (*about.theorems, *about.off))


def the_kinds(asked: Sequence[str]) -> tuple[str, ...]:
    """The kinds that were asked for.  Raises UserError for one that there is not."""
    for kind in asked:
        if kind not in KINDS:
            raise UserError(f"there is no plot {kind[:60]!r}; the kinds are {', '.join(KINDS)}")
    return tuple(asked)


def charts_for(
    name: str, notation: Notation | str | None = None, kinds: Sequence[str] = (), numbers: Numbers | None = None
) -> tuple[Chart, ...]:
    """What the plots of a theorem show: of all its kinds, or of those that are named, at ``numbers`` or at the plots' own.

    Of all its kinds those are left out that cannot show the numbers.  Raises UserError when the theorem has no such plot, or
    none can show the numbers.
    """
    having = kinds_of(name)
    if not having:
        raise UserError(f"there is no plot for {name}; {offered()}")
    for kind in the_kinds(kinds):
        if kind not in having:
            raise UserError(f"{name} has no plot {kind}; it has {', '.join(having)}")
    shelf, numbers = Shelf(load_notation(notation)), numbers or Numbers()
    out, unfit = [], ""
    for kind in kinds or having:
        about = KINDS[kind]
        variant = {"off": True} if name in about.off else {}
        try:
            out.append(about.chart(shelf, numbers, **variant))
        except (UnfitError, Undefined, Undecided) as error:
            unfit = str(error) if isinstance(error, UnfitError) else f"a value cannot be evaluated: {error}"
            if kinds:
                raise UserError(f"the plot {kind} of {name}: {unfit}") from None
    if not out:
        raise UserError(f"the plots of {name}: {unfit}")
    return tuple(out)


def offered() -> str:
    """Which plots there are."""
    some = (f"{kind} ({about.theorems[0]})" for kind, about in KINDS.items())
    return f"the kinds of plots, each with a theorem that has it, are {', '.join(some)}"


def plot_slides(
    name: str, template: Template, stamp: Stamp | None = None, *, notation: Notation | str | None = None,
    formats: Collection[str] = FORMATS, letters: Letters = SANS, kinds: Sequence[str] = (), numbers: Numbers | None = None,
) -> tuple[Slide, ...]:  # fmt: skip
    """A slide for each plot of a theorem, as wide as its body; its heading says what there is to see.

    Raises as ``charts_for`` does, and UserError when matplotlib is not installed.
    """
    return tuple(
        Slide("plot", name, c.heading, picture=picture(name, c, template, formats, letters), stamp=stamp)
        for c in charts_for(name, notation, kinds, numbers)
    )


def picture(
    name: str, chart: Chart, template: Template, formats: Collection[str] = FORMATS, letters: Letters = SANS
) -> Picture:
    """A plot drawn; what is not among ``formats`` is left empty.  Raises UserError when matplotlib is not installed."""
    from derive.slides.plots import draw

    file = f"{name}-plot-{chart.key}"
    with draw.settings(letters, template.font):
        fig = draw.figure(chart, template)
        return Picture(
            name=file,
            alt=chart.alt,
            svg=draw.svg(fig, file) if "svg" in formats else "",
            pdf=draw.pdf(fig) if "pdf" in formats else b"",
            png=draw.png(fig) if "png" in formats else b"",
            width=template.width,
            height=draw.height(chart, template),
        )
