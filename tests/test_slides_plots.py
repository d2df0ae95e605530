"""Plots: every point is the theorem's own value, and every picture can be read from the back of a room.

Needs matplotlib (``pip install '.[plots]' in derive's folder``); without it the tests that draw are skipped, and fail under CI.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from derive import *
from derive.board.catalogue import find_theorem, theorems
from derive.errors import UserError
from derive.falsify import evaluate
from derive.language.letters import V, eps, p, q, y, z
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Symbol, UnderBrace
from derive.slides.deck.paginate import prose_width
from derive.slides.deck.template import DARK, LIGHT, Template, contrast
from derive.slides.plots import PLOTTED, charts, charts_for, draw, has_plot, plot_slides, plots_for

LOOKS = {"light": Template(), "dark": Template(dark=True, colors=DARK)}
ONE_OF_EACH = (
    "label_smoothing_residual",
    "label_smoothing_residual_off",
    "kl_nonneg",
    "cross_entropy_gradient",
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


def smoothing(curve):
    """The eps of a curve, as its label says."""
    return Fraction(curve.label[0].items[-1].text)


# --- which theorems --------------------------------------------------------------------------------------------------


def test_plots_belong_to_theorems_of_the_catalogue():
    assert set(PLOTTED) <= {t.name for t in theorems()}
    assert has_plot("label_smoothing_residual") and not has_plot("softmax_shift")


def test_a_theorem_without_a_plot_is_refused_with_those_that_have_one():
    with pytest.raises(
        UserError, match="there is no plot for softmax_shift; there are plots for label_smoothing_resid"
    ):
        charts_for("softmax_shift")


# --- the values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["label_smoothing_residual", "label_smoothing_residual_off"])
def test_the_curves_of_label_smoothing_are_the_two_sides_of_the_theorem(name):
    """loss = -log p(y) + residual, at every point: the left side is the one curve, the end of the right side the other."""
    theorem = find_theorem(name)
    left, right = theorem.shows.args
    surprisal, residual = right.args
    loss_curves, residual_curves = chart(name, "loss").curves, chart(name, "residual").curves
    assert [smoothing(c) for c in loss_curves] == list(charts.SMOOTHINGS)
    for loss, added in zip(loss_curves, residual_curves, strict=True):
        for a, b in zip(loss.points, added.points, strict=True):
            model = charts.shared(a.x, smoothing(loss))
            assert a.x == b.x
            assert a.value == evaluate(left, model) == evaluate(surprisal, model) + b.value
            assert b.value == evaluate(residual, model)
    for g in theorem.given:  # the models are some that the theorem speaks of
        assert evaluate(g, charts.shared(Fraction(1, 3), Fraction(1, 10))) is True


@pytest.mark.parametrize("off", [False, True], ids=["V", "V - 1"])
def test_the_marked_minimum_is_the_theorems_minimiser_and_the_least_of_all_points(off):
    name = "label_smoothing_residual_off" if off else "label_smoothing_residual"
    floor = find_theorem("entropy_smoothed_off" if off else "entropy_smoothed").shows.args[1]
    bare, *curves = chart(name, "loss").curves
    for curve in curves:
        model = charts.shared(Fraction(1, 2), smoothing(curve))
        assert (
            curve.mark.x
            == evaluate(charts.smoothing_target(off)[y], model)
            == evaluate(charts.minimiser_term(off), model)
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
        model = charts.two_tokens(point.x)
        assert point.value == evaluate(left, model) == evaluate(right, model) == high.value
        assert floor == low and floor.value == evaluate(entropy(V, q), model)
        assert high.value - low.value == evaluate(kl(V, q, p), model)
    assert total.mark.x == charts.TARGET[0] and total.mark.value == lower.high[0].value
    assert all(total.mark.value < point.value for point in total.points if point != total.mark)


def test_the_gradient_is_prediction_minus_target():
    claim = find_theorem("cross_entropy_gradient").shows
    c = chart("cross_entropy_gradient", "gradient")
    prediction, target = c.curves
    (area,) = c.areas
    for i in range(0, len(prediction.points), 10):
        model = charts.logits(prediction.points[i].x)
        assert evaluate(claim, model) is True
        assert prediction.points[i].value == evaluate(softmax(V, z)[1], model) == area.high[i].value
        assert target.points[i].value == charts.TARGET[0] == area.low[i].value
    assert prediction.mark.value == charts.TARGET[0]


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


# --- the files -------------------------------------------------------------------------------------------------------


def test_the_same_plot_is_the_same_bytes(matplotlib):
    once, again = (plots_for("kl_nonneg", Template()) for _ in range(2))
    assert once == again
    script = "from derive.slides.plots import *; from derive.slides.deck.template import Template; import sys; " + (
        "sys.stdout.write(plots_for('kl_nonneg', Template(), formats=('svg',))[0].svg)"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert elsewhere.stdout == once[0].svg


def test_files_have_no_date_and_no_maker(matplotlib):
    (picture,) = plots_for("kl_nonneg", Template())
    for data in (picture.svg.encode(), picture.pdf, picture.png):
        assert not re.search(rb"Date|Creator|Producer|Software|matplotlib v|20\d\d-\d\d", data, re.IGNORECASE)
    assert picture.pdf.startswith(b"%PDF") and picture.png.startswith(b"\x89PNG")


def test_only_the_formats_that_are_asked_for_are_made(matplotlib):
    (picture,) = plots_for("kl_nonneg", Template(), formats=("png",))
    assert picture.png and not picture.svg and not picture.pdf


def test_an_svg_can_stand_in_a_page_among_others(matplotlib):
    """Well-formed, inert, letters as shapes, nothing from outside, nothing that reaches out of it."""
    ids = []
    for picture in plots_for("label_smoothing_residual", Template(), formats=("svg",)):
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
    plots_for("kl_nonneg", Template(), formats=("svg",))
    assert dict(matplotlib.rcParams) == before
    assert pyplot or "matplotlib.pyplot" not in sys.modules


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"pip install '.\[plots\]'"):
        plots_for("kl_nonneg", Template())


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
    assert len(set(map(str, draw.DASHES))) == len(set(draw.MARKERS)) == 4  # and in print by these


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


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_words_stand_out(matplotlib, look):
    with draw.settings():
        for name in ONE_OF_EACH:
            for c in charts_for(name):
                for text, _ in boxes(draw.figure(c, look)):
                    assert contrast(text.get_color(), look.colors.background) >= 4.5


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_words_are_large_and_touch_nothing(matplotlib, name, aspect):
    for notation in ("compact", "hat"):
        for c in charts_for(name, notation):
            with draw.settings():
                fig = draw.figure(c, Template(aspect=aspect))
                fig.draw_without_rendering()
                found = boxes(fig)
                axes = fig.axes[0]
                assert found
                for text, box in found:
                    assert text.get_fontsize() >= 18
                    assert box.x0 >= 0 and box.y0 >= 0, text.get_text()
                    assert box.x1 <= fig.bbox.width and box.y1 <= fig.bbox.height, text.get_text()
                for (a, box_a), (b, box_b) in combinations(found, 2):
                    assert not box_a.overlaps(box_b), f"{a.get_text()} over {b.get_text()}"
                for curve in c.curves:
                    xs, ys = zip(*(point.xy for point in curve.points), strict=True)
                    for x, y in in_pixels(axes, xs, ys):
                        if axes.bbox.contains(x, y):
                            hit = [t.get_text() for t, box in found if box.contains(x, y)]
                            assert not hit, f"{c.key} {notation}: a curve crosses {hit}"


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_description_says_what_there_is_to_see(name):
    for c in charts_for(name):
        assert 200 < len(c.alt) < 900 and c.alt.endswith(".") and "$" not in c.alt and "\\" not in c.alt
        for curve in c.curves:
            if curve.mark is not None and c.key != "entropies":
                assert charts.decimal(curve.mark.x) in c.alt and charts.decimal(curve.mark.value) in c.alt
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


# --- slides ----------------------------------------------------------------------------------------------------------


def test_slides_say_in_their_headings_what_there_is_to_see(matplotlib):
    first, second = plot_slides("label_smoothing_residual", Template(), formats=("svg",))
    assert first.kind == second.kind == "plot" and first.name == "label_smoothing_residual"
    assert first.heading[0] == "The smoothed loss is least at " and first.heading[2] == ", not at 1"
    assert (first.part, first.parts) == (1, 1)  # another heading, no continuation
    assert first.picture.name == "label_smoothing_residual-plot-loss"


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_a_picture_is_as_wide_as_the_body_and_leaves_room_for_its_heading(matplotlib, aspect):
    template = Template(aspect=aspect)
    (slide,) = plot_slides("kl_nonneg", template, formats=())
    assert slide.picture.width == template.width and slide.picture.height <= template.height - 1
    for name in ONE_OF_EACH:
        for c in charts_for(name):
            assert prose_width(c.heading) * 1.4 <= 2 * template.width  # two lines of a heading
