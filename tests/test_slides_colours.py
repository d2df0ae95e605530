"""Terms that keep a colour: followed as the proof moves them, dropped where they are no more, and shown in each target."""

from __future__ import annotations

import re
from colorsys import rgb_to_hls

import pytest
from click.testing import CliRunner

from derive import *
from derive.board.catalogue import find_theorem
from derive.cli import main
from derive.falsify import find_counterexample
from derive.kernel.sorts import REAL
from derive.kernel.terms import subterms
from derive.language.letters import a, b
from derive.record.changes import part
from derive.record.followed import followed, places_of
from derive.render.formula.nodes import Mark, walk
from derive.slides.command import Wish, make_deck
from derive.slides.deck.template import DARK, LIGHT, Colors, contrast, term_colors

r, s = real("r"), real("s")


@theorem(shows=Eq((a + 0) * (b + r), a * r + a * b))
def moved(calc):
    calc.eq(a * (b + r), by=ring)
    calc.eq(a * b + a * r, by=ring)
    calc.eq(a * r + a * b, by=ring)


@theorem(shows=Eq(exp(log(s)) * (a + b), a * s + b * s), given=[s > 0])
def rewritten_in_place(calc):
    calc.eq(s * (a + b), by=exp_log)
    calc.eq(a * s + b * s, by=ring)


def tracked(d, term, at):
    """What a term is on each line of a derivation with one block, when it is coloured in formula ``at``."""
    (block,) = d.blocks
    lines = (block.start, *(line.term for line in block.lines))
    (place, *_) = places_of(lines[at], term)
    tints = followed(block, {at: {place: 1}})
    return [[str(part(line, p)) for p in places] for line, places in zip(lines, tints, strict=True)]


def test_a_term_is_followed_to_where_it_stands_once():
    d = moved.derivation
    assert tracked(d, b + r, 1) == [["b + r"], ["b + r"], [], []]  # multiplied out: no more
    assert tracked(d, a * b, 2) == [[], [], ["a*b"], ["a*b"]]  # moved to the other end
    assert tracked(d, a * b + a * r, 2) == [[], [], [], []]  # all of the line is no part of it
    assert tracked(d, a, 1)[2] == []  # a letter is in two places: which of them nobody can say


def test_a_term_that_is_rewritten_in_its_place_is_still_that_term():
    assert tracked(rewritten_in_place.derivation, exp(log(s)), 0)[:2] == [["exp(log(s))"], ["s"]]
    assert tracked(rewritten_in_place.derivation, s, 1)[0] == ["exp(log(s))"]
    assert tracked(rewritten_in_place.derivation, a + b, 0) == [["a + b"], ["a + b"], []]


@pytest.mark.parametrize("name", ["label_smoothing_residual", "cross_entropy_is_nll", "softmax_shift"])
def test_no_numbers_tell_a_term_from_its_images(name):
    """Each part of each line that names nothing bound is followed to all lines."""
    d = find_theorem(name).derivation
    images = set()
    for block in d.blocks:
        lines = (block.start, *(line.term for line in block.lines))
        for at, line in enumerate(lines):
            for term in {t for t in subterms(line) if not t.loose and t.sort == REAL}:
                place = next(places_of(line, term))
                tints = followed(block, {at: {place: 1}}) if place else ()
                images |= {(term, part(z, p)) for z, places in zip(lines, tints, strict=False) for p in places}
    new = {(term, image) for term, image in images if term != image}
    assert len(images) > len(new) > 1
    for term, image in new:
        assert image.sort == REAL and not find_counterexample(Eq(term, image), d.given, budget=300)


def tinted(deck):
    return [
        {n.tint for p in step.parts for n in walk(p) if isinstance(n, Mark) and n.tint}
        for s in deck.slides
        for step in s.steps
        if not step.carried
    ]


def test_what_has_a_brace_has_a_colour_and_what_is_asked_for():
    derivations = [("label_smoothing_residual", find_theorem("label_smoothing_residual").derivation)]
    assert tinted(make_deck(derivations, Wish()))[-1] == set()
    assert tinted(make_deck(derivations, Wish(colours=())))[-1] == {1}
    chosen = make_deck(derivations, Wish(colours=("-log p(y)=orange", "residual = green")))
    assert tinted(chosen)[-1] == {1, 3}
    assert {n.tint for p in chosen.slides[0].claim for n in walk(p) if isinstance(n, Mark)} == {1, 3}


OPTIONS = ["--colour", "-log p(y)=blue", "--colour", "cross_entropy=green"]


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        ("deck.html", (r"\htmlClass{term1}", r"\htmlClass{term2}", "--term2: #0062a8")),
        ("deck.tex", (r"\deriveterma{", r"\derivetermb{", "{derivetermb}{HTML}{0062A8}")),
        ("deck.typ", ("terma(", "termb(", 'termb = text.with(fill: rgb("#0062a8"))')),
        ("touying.typ", ("terma(", "termb(", 'termb = text.with(fill: rgb("#0062a8"))')),
        ("deck.md", ()),
    ],
)
def test_colours_in_the_targets_that_have_them(tmp_path, output, wanted):
    file = str(tmp_path / output)
    flavour = ["--flavour", "touying"] if output == "touying.typ" else []
    run = CliRunner().invoke(main, ["slides", "label_smoothing_residual", "-o", file, *OPTIONS, *flavour])
    assert run.exit_code == 0, run.output
    text = (tmp_path / output).read_text()
    assert all(w in text for w in wanted)
    if not output.endswith("typ"):
        assert CliRunner().invoke(main, ["check", file]).exit_code == 0
    plain = CliRunner().invoke(main, ["slides", "label_smoothing_residual", "-o", file, "--colour", "none", *flavour])
    assert plain.exit_code == 0 and not any(w in (tmp_path / output).read_text() for w in wanted[:2])


def test_colours_in_powerpoint(tmp_path):
    pptx = pytest.importorskip("pptx", reason="pip install '.[slides]' in derive's folder")
    file = str(tmp_path / "deck.pptx")
    assert CliRunner().invoke(main, ["slides", "label_smoothing_residual", "-o", file, *OPTIONS]).exit_code == 0
    from lxml import etree

    slides = b"".join(etree.tostring(s._element) for s in pptx.Presentation(file).slides)
    assert {b"0062A8", b"00704F", b"A85400"} <= set(re.findall(rb'srgbClr val="(\w+)"', slides))
    assert CliRunner().invoke(main, ["check", file]).exit_code == 0


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (["red"], "not written TERM=COLOUR"),
        (["residual=red"], "there are orange, blue, green, purple"),
        (["NLL=blue"], "no term of label_smoothing_residual is called 'NLL'; a term has a colour by the words under its brace ('residual')"),
        (["none", "residual=blue"], "leave out the others"),
    ],
)  # fmt: skip
def test_colours_that_are_none_and_terms_that_are_not_there(tmp_path, choice, says):
    options = [x for one in choice for x in ("--colour", one)]
    run = CliRunner().invoke(main, ["slides", "label_smoothing_residual", "-o", str(tmp_path / "deck.html"), *options])
    assert run.exit_code == 2 and says in run.output and not (tmp_path / "deck.html").exists()


def test_the_colours_of_terms_can_be_read_on_each_background():
    for colors in (LIGHT, DARK, Colors("#777777", "#000000", "#000000", "#000000", "#000000")):
        assert all(contrast(c, colors.background) >= 4.5 for c in term_colors(colors))
        assert colors.background == "#777777" or len({*term_colors(colors), colors.changed}) == 5


def test_what_is_new_is_told_from_terms_by_its_hue():
    """Red, which no term has, in the light and in the dark."""
    for colors in (LIGHT, DARK):
        new, *terms = (
            rgb_to_hls(*(int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0]
            for c in (colors.changed, *term_colors(colors))
        )
        assert all(min(abs(new - t), 1 - abs(new - t)) > 0.06 for t in terms)
