"""Plots: every point is the theorem's own value, and every picture can be read from the back of a room.

Needs matplotlib (``pip install '.[plots]' in derive's folder``); without it the tests that draw are skipped, and fail under CI.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from derive import *
from derive.board.catalogue import find_theorem, theorems
from derive.errors import UserError
from derive.falsify import Model, evaluate
from derive.falsify.numbers.exact import Exact
from derive.falsify.numbers.exact import exp as exact_exp
from derive.language.letters import V, eps, k, p, ps, q, y, ys, z
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Symbol, UnderBrace
from derive.slides.deck.paginate import prose_width
from derive.slides.deck.template import DARK, LIGHT, Template, contrast
from derive.slides.plots import (
    KINDS,
    charts_for,
    draw,
    information,
    kinds_of,
    plot_slides,
    sequences,
    smoothing,
    training,
)
from derive.slides.plots.charts import Numbers, UnfitError, decimal
from derive.values import replace
from derive.work import read_numbers, work_out

ONE_OF_EACH = (
    "label_smoothing_residual",
    "label_smoothing_residual_off",
    "kl_nonneg",
    "cross_entropy_gradient",
    "cross_entropy_is_nll",
    "argmin_cross_entropy_eq_argmax_log_likelihood",
    "tempered_gradient",
)  # together they have every chart


@pytest.fixture
def matplotlib():
    try:
        import matplotlib
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("matplotlib is not installed")
        pytest.skip("needs matplotlib: pip install '.[plots]' in derive's folder")
    return matplotlib


def chart(name, key):
    (found,) = (c for c in charts_for(name) if c.key == key)
    return found


def share(curve):
    """The eps of a curve, as its label says."""
    return Fraction(curve.label[0].items[-1].text)


def numbers(name, file):
    """The numbers of an example for a theorem."""
    worked = work_out(find_theorem(name).derivation, read_numbers(f"docs/examples/{file}"))
    return Numbers(worked.model, worked.words)


def pictures(name, **choices):
    """What is drawn for a theorem."""
    return [slide.picture for slide in plot_slides(name, Template(), **choices)]


# --- which theorems --------------------------------------------------------------------------------------------------


def test_plots_belong_to_theorems_of_the_catalogue():
    named = [name for kind in KINDS.values() for name in (*kind.theorems, *kind.off)]
    assert set(named) <= {t.name for t in theorems()}
    assert {kind for name in ONE_OF_EACH for kind in kinds_of(name)} == set(KINDS)
    assert kinds_of("label_smoothing_residual") and not kinds_of("softmax_shift")
    assert kinds_of("cross_entropy_is_nll") == ("tree", "surprisal")


def test_a_theorem_without_a_plot_is_refused_with_those_that_have_one():
    with pytest.raises(
        UserError, match=r"no plot for softmax_shift; the kinds of plots, .* tree \(cross_entropy_is_nll\)"
    ):
        charts_for("softmax_shift")
    with pytest.raises(UserError, match="kl_nonneg has no plot tree; it has entropies"):
        charts_for("kl_nonneg", kinds=("tree",))
    with pytest.raises(UserError, match="there is no plot 'tre'; the kinds are tree, surprisal"):
        charts_for("kl_nonneg", kinds=("tre",))


# --- the values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["label_smoothing_residual", "label_smoothing_residual_off"])
def test_the_curves_of_label_smoothing_are_the_two_sides_of_the_theorem(name):
    """loss = -log p(y) + residual, at every point: the left side is the one curve, the end of the right side the other."""
    theorem = find_theorem(name)
    left, right = theorem.shows.args
    surprisal, residual = right.args
    loss_curves, residual_curves = chart(name, "loss").curves, chart(name, "residual").curves
    assert [share(c) for c in loss_curves] == list(smoothing.SMOOTHINGS)
    for loss, added in zip(loss_curves, residual_curves, strict=True):
        for a, b in zip(loss.points, added.points, strict=True):
            model = smoothing.EVEN.model(a.x, share(loss))
            assert a.x == b.x
            assert a.value == evaluate(left, model) == evaluate(surprisal, model) + b.value
            assert b.value == evaluate(residual, model)
    for g in theorem.given:  # the models are some that the theorem speaks of
        assert evaluate(g, smoothing.EVEN.model(Fraction(1, 3), Fraction(1, 10))) is True


@pytest.mark.parametrize("off", [False, True], ids=["V", "V - 1"])
def test_the_marked_minimum_is_the_theorems_minimiser_and_the_least_of_all_points(off):
    name = "label_smoothing_residual_off" if off else "label_smoothing_residual"
    floor = find_theorem("entropy_smoothed_off" if off else "entropy_smoothed").shows.args[1]
    bare, *curves = chart(name, "loss").curves
    for curve in curves:
        model = smoothing.EVEN.model(Fraction(1, 2), share(curve))
        assert (
            curve.mark.x
            == evaluate(smoothing.smoothing_target(off)[y], model)
            == evaluate(smoothing.minimiser_term(off), model)
        )
        assert curve.mark.value == evaluate(floor, model)
        assert curve.mark in curve.points
        assert all(curve.mark.value < point.value for point in curve.points if point != curve.mark)
    # without smoothing there is none: the loss falls to 0, and no model has it
    values = [point.value for point in bare.points]
    assert bare.open and (bare.mark.x, bare.mark.value) == (1, 0)
    assert all(a > b > 0 for a, b in pairwise(values))


def test_the_residual_marks_the_same_models():
    for name in ("label_smoothing_residual", "label_smoothing_residual_off"):
        for loss, added in zip(chart(name, "loss").curves[1:], chart(name, "residual").curves[1:], strict=True):
            assert added.mark.x == loss.mark.x
        uniform = [
            point.value for c in chart(name, "residual").curves for point in c.points if point.x == Fraction(1, 10)
        ]
        assert uniform == [0, 0, 0, 0]


def test_cross_entropy_is_the_sum_of_the_areas():
    left, right = find_theorem("cross_entropy_eq_entropy_add_kl").shows.args
    c = chart("kl_nonneg", "entropies")
    (total,) = c.curves
    lower, upper = c.areas
    for point, floor, low, high in zip(total.points, lower.high, upper.low, upper.high, strict=True):
        model = information.mixed(information.TARGET, point.x)
        assert point.value == evaluate(left, model) == evaluate(right, model) == high.value
        assert floor == low and floor.value == evaluate(entropy(V, q), model)
        assert high.value - low.value == evaluate(kl(V, q, p), model)
    assert total.mark.x == information.TARGET[0] and total.mark.value == lower.high[0].value
    assert all(total.mark.value < point.value for point in total.points if point != total.mark)


def test_the_gradient_is_prediction_minus_target():
    claim = find_theorem("cross_entropy_gradient").shows
    c = chart("cross_entropy_gradient", "gradient")
    prediction, target = c.curves
    (area,) = c.areas
    for i in range(0, len(prediction.points), 10):
        model = information.logits(information.TARGET, (0,), prediction.points[i].x)
        assert evaluate(claim, model) is True
        assert prediction.points[i].value == evaluate(softmax(V, z)[1], model) == area.high[i].value
        assert target.points[i].value == information.TARGET[0] == area.low[i].value
    assert prediction.mark.value == information.TARGET[0]


def test_the_tree_adds_up_to_the_log_probability_of_the_output():
    name = "cross_entropy_is_nll"
    (c,) = charts_for(name, kinds=("tree",), numbers=numbers(name, "exercise_1.toml"))
    model = numbers(name, "exercise_1.toml").model
    assert evaluate(find_theorem(name).shows.args[1], model) == Fraction(11, 10)
    assert "deep with −0.7, then learning with −0.4. Their sum is the log-probability of the output, −1.1" in c.alt
    assert sum(e.strong for e in c.edges) == 2
    assert [r.lines[0] for r in c.remarks].count(("any other",)) == 2  # what is left beside the words
    assert c.remarks[-1].lines[0][1] == " = −0.7 − 0.4 = −1.1"
    long = Numbers(Model({V: 2, ys: (1,) * 9, ps: ((Fraction(1, 2), Fraction(1, 2)),) * 9}))
    with pytest.raises(UserError, match=r"the plot tree of cross_entropy_is_nll: .* at most 4 positions"):
        charts_for(name, kinds=("tree",), numbers=long)
    assert [c.key for c in charts_for(name, numbers=long)] == ["surprisal"]  # what cannot show them is left out


def test_loss_and_likelihood_have_one_optimum():
    left, right = find_theorem("argmin_cross_entropy_eq_argmax_log_likelihood").shows.args
    (c,) = charts_for("argmin_cross_entropy_eq_argmax_log_likelihood")
    loss, likelihood = c.curves
    assert loss.mark.x == likelihood.mark.x == Fraction(3, 5)
    assert all(loss.mark.value < pt.value for pt in loss.points if pt != loss.mark)
    assert all(a.value == -b.value for a, b in zip(loss.points, likelihood.points, strict=True))
    # the curves are the theorem's two objectives: here with a parameter in each letter
    assert left.args[0].body.op is sequences.loss_term().op and right.args[0].body.op is Sum(p[1], (k, 1, 1)).op


def test_training_shows_the_two_plots_as_one_and_the_residual_between(matplotlib):
    left, right = find_theorem("label_smoothing_residual").shows.args
    (c,) = charts_for("exercise_4_identical_plots")
    loss, nll, hard = c.curves
    assert [pt.value for pt in nll.points] == [pt.value for pt in hard.points] and hard.over
    for i in (0, 1, 10, training.STEPS):
        model = training.run(4, 1, Fraction(1, 10))[i]
        assert evaluate(right.args[0], model) == nll.points[i].value
        assert evaluate(left, model) == loss.points[i].value
    assert all(a.value > b.value for a, b in pairwise(loss.points))  # it is a descent


def test_bars_are_the_distributions():
    name = "label_smoothing_residual"
    (c,) = charts_for(name, kinds=("distributions",), numbers=numbers(name, "residual.toml"))
    hard, soft, model = ([pt.value for pt in s.points] for s in c.series)
    assert hard == [1, 0, 0, 0] and soft == [Fraction(37, 40), *[Fraction(1, 40)] * 3] and sum(model) == 1
    (warm,) = charts_for("tempered_gradient")
    assert all(sum(pt.value for pt in s.points) == 1 for s in warm.series)
    largest = [s.points[0].value for s in warm.series]
    assert largest[0] > largest[1] > largest[2]


def test_plots_are_drawn_at_the_given_numbers():
    name = "label_smoothing_residual"
    given = numbers(name, "residual.toml")
    left, right = find_theorem(name).shows.args
    loss, added = charts_for(name, kinds=("loss", "residual"), numbers=given)
    here = loss.curves[-1].here
    assert (here.x, here.value) == (Fraction(1, 2), evaluate(left, given.model))
    assert added.curves[-1].here.value == evaluate(right.args[1], given.model)
    assert [share(c) for c in loss.curves] == [0, Fraction(1, 10)] and "4 tokens" in loss.alt
    assert "At the given numbers, p(y) = 0.5, it is 0.780" in loss.alt
    assert all(loss.curves[-1].mark.value < pt.value for pt in loss.curves[-1].points if pt != loss.curves[-1].mark)
    # the other tokens are not equal, so the residual is 0 elsewhere than at 1/V
    assert (
        evaluate(
            right.args[1],
            smoothing.Line(1, (0, Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))).model(
                Fraction(1, 4), Fraction(1, 10)
            ),
        )
        != 0
    )
    assert "geometric mean" in added.alt and "1/V" not in added.alt
    with pytest.raises(UnfitError, match="2 to 50 tokens; these numbers have 60"):
        smoothing.distributions(None, Numbers(Model({V: 60, y: 1, eps: 0, p: (Fraction(1, 60),) * 60})))


def test_what_is_drawn_is_what_was_calculated(matplotlib):
    c = chart("label_smoothing_residual", "loss")
    with draw.settings():
        lines = draw.figure(c, Template()).axes[0].get_lines()
    for curve in c.curves:
        xy = [point.xy for point in curve.points]
        (line,) = (
            line
            for line in lines
            if len(line.get_xdata()) == len(xy) and list(zip(*line.get_data(), strict=True)) == xy
        )
        k = min(range(len(xy)), key=lambda i: line.get_ydata()[i])
        if not curve.open:
            assert xy[k] == curve.mark.xy
            assert [line for line in lines if list(zip(*line.get_data(), strict=True)) == [xy[k]]]


def at(**values):
    """Numbers for the letters of these names."""
    letters = {"V": V, "y": y, "eps": eps, "p": p, "q": q}
    return Numbers(Model({letters[name]: value for name, value in values.items()}))


def test_numbers_that_are_no_fractions_are_drawn_too():
    """p from log-probabilities: equal values may be written in several ways, and cannot be looked up."""
    first = exact_exp(Exact.of(Fraction(-7, 10)))
    given = at(V=3, y=1, eps=Fraction(1, 10), p=(first, (1 - first) / 3, 2 * (1 - first) / 3))
    (c,) = charts_for("label_smoothing_residual", kinds=("residual",), numbers=given)
    assert "At the given numbers, p(y) = 0.497" in c.alt


@pytest.mark.parametrize(
    ("kind", "name", "given", "why"),
    [
        ("distributions", "label_smoothing_mixture", {"V": 3, "y": 5, "eps": 0, "p": (Fraction(1, 3),) * 3}, "the token y = 5 is not among the 3"),
        ("loss", "label_smoothing_residual", {"V": 2, "y": 1, "eps": 3, "p": (Fraction(1, 2),) * 2}, "with the smoothing 3"),
        ("loss", "label_smoothing_residual", {"V": 1, "y": 1, "eps": 0, "p": (1,)}, "2 to 50 tokens; these numbers have 1"),
        ("training", "label_smoothing_residual", {"V": 9, "y": 1, "eps": 0}, "2 to 8 tokens; these numbers have 9"),
        ("entropies", "kl_nonneg", {"V": 2, "q": (0, 1)}, "the probability 0 or 1"),
        ("entropies", "kl_nonneg", {"V": 3, "q": (Fraction(1, 2), Fraction(1, 2), 0)}, "a value cannot be evaluated: log"),
    ],
)  # fmt: skip
def test_numbers_that_a_plot_cannot_show_are_refused(kind, name, given, why):
    with pytest.raises(UserError, match=f"the plot {kind} of {name}: .*{why}"):
        charts_for(name, kinds=(kind,), numbers=at(**given))


# --- the files -------------------------------------------------------------------------------------------------------


def test_the_same_plot_is_the_same_bytes(matplotlib):
    once, again = (pictures("kl_nonneg") for _ in range(2))
    assert once == again
    script = "from derive.slides.plots import *; from derive.slides.deck.template import Template; import sys; " + (
        "sys.stdout.write(plot_slides('kl_nonneg', Template(), formats=('svg',))[0].picture.svg)"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert elsewhere.stdout == once[0].svg


def test_files_have_no_date_and_no_maker(matplotlib):
    (picture,) = pictures("kl_nonneg")
    for data in (picture.svg.encode(), picture.pdf, picture.png):
        assert not re.search(rb"Date|Creator|Producer|Software|matplotlib v|20\d\d-\d\d", data, re.IGNORECASE)
    assert picture.pdf.startswith(b"%PDF") and picture.png.startswith(b"\x89PNG")


def test_only_the_formats_that_are_asked_for_are_made(matplotlib):
    (picture,) = pictures("kl_nonneg", formats=("png",))
    assert picture.png and not picture.svg and not picture.pdf


def test_an_svg_can_stand_in_a_page_among_others(matplotlib):
    """Well-formed, inert, letters as shapes, nothing from outside, nothing that reaches out of it."""
    ids = []
    for picture in pictures("label_smoothing_residual", formats=("svg",)):
        root = ElementTree.fromstring(picture.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        tags = {e.tag.rpartition("}")[2] for e in root.iter()}
        assert not tags & {"script", "style", "text", "image", "foreignObject", "a", "metadata"}
        own = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
        ids += own
        for e in root.iter():
            for name, value in e.attrib.items():
                assert not name.lower().startswith("on")
                if name.endswith("href"):
                    assert value.removeprefix("#") in own
                for target in re.findall(r"url\((.*?)\)", value):
                    assert target.removeprefix("#") in own
    assert len(ids) == len(set(ids))


def test_drawing_leaves_matplotlib_as_it_was(matplotlib):
    before = dict(matplotlib.rcParams)
    pyplot = "matplotlib.pyplot" in sys.modules
    pictures("kl_nonneg", formats=("svg",))
    assert dict(matplotlib.rcParams) == before
    assert pyplot or "matplotlib.pyplot" not in sys.modules


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"pip install '.\[plots\]'"):
        pictures("kl_nonneg")


# --- reading ---------------------------------------------------------------------------------------------------------

BACKGROUNDS = {"light": LIGHT, "dark": DARK, "beige": replace(LIGHT, background="#f5efdf"), "green": replace(DARK, background="#0f3b2e"), "grey": replace(LIGHT, background="#8c8c8c", text="#000000")}  # fmt: skip


@pytest.mark.parametrize("colors", BACKGROUNDS.values(), ids=BACKGROUNDS.keys())
def test_curves_are_told_apart_with_and_without_colours(colors):
    chosen = draw.curve_colors(colors)
    assert len(set(chosen)) == 4
    assert all(contrast(c, colors.background) >= 3 for c in chosen)
    if colors in (LIGHT, DARK):
        assert set(chosen[1:]) <= set(draw.OKABE_ITO)
    assert all(abs(draw.lightness(a) - draw.lightness(b)) >= 4 for a, b in combinations(chosen, 2))
    assert len(set(draw.HATCHES)) == len(set(draw.MARKERS)) == 4  # and in print by these


def boxes(fig):
    """All words of a picture with their boxes in pixels."""
    renderer = fig.canvas.get_renderer()
    texts = [t for t in fig.findobj(lambda artist: hasattr(artist, "get_fontsize")) if t.get_visible() and t.get_text()]
    return [(t, t.get_window_extent(renderer)) for t in texts]


def in_pixels(axes, xs, ys):
    """A curve as closely spaced pixels."""
    pairs = axes.transData.transform(list(zip(xs, ys, strict=True)))
    for (x0, y0), (x1, y1) in pairwise(pairs):
        steps = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) / 3))
        yield from ((x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps + 1))


LOOKS = {
    "16:9": (Template(), "compact"),
    "4:3, dark": (Template(aspect="4:3", dark=True, colors=DARK), "hat"),
}


@pytest.mark.parametrize(("look", "notation"), LOOKS.values(), ids=LOOKS.keys())
@pytest.mark.parametrize("name", [*ONE_OF_EACH, "residual.toml"])
def test_words_stand_out_are_large_and_touch_nothing(matplotlib, name, look, notation):
    if name == "residual.toml":  # where remarks have to make room for the numbers
        drawn = charts_for("label_smoothing_residual", notation, numbers=numbers("label_smoothing_residual", name))
    else:
        drawn = charts_for(name, notation)
    for c in drawn:
        with draw.settings():
            fig = draw.figure(c, look)
            fig.draw_without_rendering()
        found = boxes(fig)
        axes = fig.axes[0]
        assert found
        for text, box in found:
            assert contrast(text.get_color(), look.colors.background) >= 4.5
            assert text.get_fontsize() >= 20
            assert box.x0 >= 0 and box.y0 >= 0, text.get_text()
            assert box.x1 <= fig.bbox.width and box.y1 <= fig.bbox.height, text.get_text()
        for (a, box_a), (b, box_b) in combinations(found, 2):
            assert not box_a.overlaps(box_b), f"{a.get_text()} over {b.get_text()}"
        for curve in c.curves:
            xs, ys = zip(*(point.xy for point in curve.points), strict=True)
            for spot in in_pixels(axes, xs, ys):
                if axes.bbox.contains(*spot):
                    hit = [t.get_text() for t, box in found if box.contains(*spot)]
                    assert not hit, f"{c.key} {notation}: a curve crosses {hit}"


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_description_says_what_there_is_to_see(name):
    for c in charts_for(name):
        assert 200 < len(c.alt) < 900 and c.alt.endswith(".") and "$" not in c.alt and "\\" not in c.alt
        for curve in c.curves:
            if curve.mark is not None and c.key not in ("entropies", "surprisal"):
                assert decimal(curve.mark.x) in c.alt and decimal(curve.mark.value) in c.alt
    loss = chart("label_smoothing_residual", "loss").alt
    for said in (
        "ε = 0.05",
        "0.282, at p(y) = 0.955",
        "0.500, at p(y) = 0.91",
        "0.867, at p(y) = 0.82",
        "10 tokens",
        "1 − ε + ε/V",
    ):
        assert said in loss
    assert "minimum, 0.611 nats at p(1) = 0.7" in chart("kl_nonneg", "entropies").alt


def test_formulas_are_in_the_courses_notation_and_dollars_are_dollars(matplotlib):
    with draw.settings():
        assert draw.mathtext(("costs $5: ", layout(eps, None))) == r"costs \$5: $\varepsilon$"
        braced = UnderBrace(Symbol("x", "var"), "a $ sign")  # which matplotlib cannot draw
        assert "\\underbrace" not in draw.mathtext((braced,))
        assert r"D_{\mathrm{KL}}" in draw.mathtext(charts_for("kl_nonneg", "hat")[0].remarks[1].lines[0])
        assert draw.mathtext(("−1 < x",)) == "$-$1 $<$ x"  # TeX's fonts have other letters there


# --- slides ----------------------------------------------------------------------------------------------------------


def test_slides_say_in_their_headings_what_there_is_to_see(matplotlib):
    first, second = plot_slides("label_smoothing_residual", Template(), formats=(), kinds=("loss", "residual"))
    assert first.kind == second.kind == "plot" and first.name == "label_smoothing_residual"
    assert first.heading[0] == "The smoothed loss is least at " and first.heading[2] == ", not at 1"
    assert (first.part, first.parts) == (1, 1)  # another heading, no continuation
    assert first.picture.name == "label_smoothing_residual-plot-loss"


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_a_picture_is_as_wide_as_the_body_and_leaves_room_for_its_heading(matplotlib, aspect):
    template = Template(aspect=aspect)
    (slide,) = plot_slides("kl_nonneg", template, formats=())
    assert slide.picture.width == template.width and slide.picture.height <= template.height + 2 * draw.HEADING
    for name in ONE_OF_EACH:
        for c in charts_for(name):
            assert prose_width(c.heading) * 1.4 <= 2 * template.width  # two lines of a heading
