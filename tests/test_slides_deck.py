"""The deck that all targets draw: which lines, how they are spread over slides, and where it comes from."""

from __future__ import annotations

import io
import zlib

import pytest
from sweep import dealt, sample

from derive import *
from derive.board import catalogue
from derive.errors import UserError
from derive.kernel.theorem import proof_steps
from derive.render.formula.measure import node_em
from derive.render.formula.nodes import unmarked
from derive.render.formula.notation import load_notation, notation_names, read_notation
from derive.render.pens.latex import node_latex
from derive.slides.deck import Deck, Slide
from derive.slides.deck.build import Choice, build, derivation_slides
from derive.slides.deck.digest import statement_digest
from derive.slides.deck.flow import apart, flowing
from derive.slides.deck.paginate import columns, header_height, notes_height, roomy, row_height
from derive.slides.deck.stamps import line_digest, provenance, read_stamp, stamp_text
from derive.slides.deck.template import DARK, LIGHT, Template, contrast, load_template
from derive.values import replace

ALL = catalogue.theorems()
SOME = sample(ALL, 75)


def slides_of(name: str, template: Template | None = None, **choice) -> tuple[Slide, ...]:
    notation = choice.pop("notation", "")
    profile = load_notation(notation or None)
    d = catalogue.find_theorem(name).derivation
    return derivation_slides(name, d, Choice(profile, notation, **choice), template or Template())


def shown(slides) -> list[str]:
    """The places in the order in which they appear."""
    return [s.place for slide in slides for s in slide.steps if not s.carried]


def words(prose) -> str:
    return "".join(p if isinstance(p, str) else f"${node_latex(p)}$" for p in prose)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_slide_of_the_board() -> None:
    (slide,) = slides_of("cross_entropy_one_hot")
    assert words(slide.heading) == "With a one-hot target, cross-entropy is the surprisal of the true token"
    assert words(slide.given) == r"$1 \le y \le V$ and $p(k) > 0$ for $k = 1, \dots, V$"
    assert [(s.place, s.relation, words(s.reason)) for s in slide.steps] == [
        ("start", "", ""),
        ("1", "=", "definition of cross-entropy"),
        ("2", "=", "definition of the one-hot target"),
        ("3", "=", "the indicator picks out its one term"),
    ]
    assert node_latex(slide.steps[2].parts[0], mark="MARK") == r"-\sum_{k=1}^V MARK{[k = y]} \log p(k)"
    assert slide.lead  # H = ... in one row
    assert slide.beside
    assert slide.ends


@pytest.mark.parametrize("e", SOME, ids=lambda e: e.name)
def test_every_line_appears_once_and_in_order(e) -> None:
    numbers = [int(p) for p in shown(slides_of(e.name)) if p.isdigit()]
    assert numbers == list(range(1, len(e.derivation.lines) + 1))


def test_facts_on_the_way_stand_below_each_other_where_they_fit() -> None:
    """Each comes at a click, as it did on a slide of its own, and nothing in it is marked as new before its lines."""
    for aspect in ("16:9", "4:3"):
        template = Template(aspect=aspect)
        slides = slides_of("one_le_perplexity", template)
        deck = Deck(slides, template)
        assert [[s.title for s in sheet] for sheet in deck.sheets] == [["First", "Next"], ["Next"] * 3, ["Then"]]
        assert [[(s.part, s.parts) for s in sheet] for sheet in deck.sheets] == [[(1, 3)] * 2, [(2, 3)] * 3, [(3, 3)]]
        assert deck.pages == apart(deck).pages == 6 + sum(len(s.steps) - s.stands(0) for s in slides)
        assert [(s.part, s.parts, s.under) for s in apart(deck).slides] == [(n, 6, False) for n in range(1, 7)]
        assert all(unmarked(p) == p for s in slides if s.under and s.stands(0) for p in s.steps[0].parts)
        assert len({s.scale for s in slides}) == 1, "letters of one size"


@pytest.mark.parametrize("name", ["label_smoothing_residual", "one_le_perplexity", "kl_chain_rule_sequence"])
def test_on_paper_a_chain_stands_together(name: str) -> None:
    """What was spread over slides is one chain again, and two chains with one title stay two."""
    d = catalogue.find_theorem(name).derivation
    (group,) = flowing(slides_of(name))
    chains = [s for s in group if s.steps]
    assert len(chains) == len(d.blocks)
    assert [len([x for x in s.steps if x.number]) for s in chains] == [len(b.lines) for b in d.blocks]
    assert not any(x.carried for s in chains for x in s.steps)
    assert [s.ends for s in group] == [False] * (len(group) - 1) + [True]


@pytest.mark.parametrize("e", SOME, ids=lambda e: e.name)
def test_the_reasons_are_those_of_the_derivation(e) -> None:
    from derive.render.words.prose import line_words

    steps = {s.number: s for slide in slides_of(e.name) for s in slide.steps if s.place.isdigit() and not s.carried}
    for number, line in enumerate(e.derivation.lines, 1):
        assert steps[number].term == line.term
        said = "".join(p for p in steps[number].reason if isinstance(p, str))
        assert all(w in line_words(line) for w in said.split() if w.isalpha())


def test_a_derivation_that_does_not_fit_repeats_the_line_that_it_goes_on_from() -> None:
    first, *others = slides_of("label_smoothing_residual")
    assert others
    last = first.steps[-1]
    for slide in others:
        carried, *new = slide.steps
        assert carried.carried
        assert carried.place == last.place
        assert carried.parts == last.parts  # the very same formula, as the left side of what follows
        assert not carried.relation
        assert not carried.reason
        assert new
        last = slide.steps[-1]
    assert [(s.part, s.parts) for s in (first, *others)] == [(i + 1, len(others) + 1) for i in range(len(others) + 1)]


def test_lines_can_be_chosen_and_go_on_from_the_one_before() -> None:
    slides = slides_of("label_smoothing_residual", first=3, last=4)
    assert shown(slides) == ["3", "4"]
    assert slides[0].steps[0].place == "2"
    assert slides[0].steps[0].carried
    assert not slides[-1].ends  # it is not the whole proof


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [(6, 0, "has lines 1 to 5; there is no line 6"), (4, 2, "line 4 comes after line 2"), (1, 9, "there is no line 9")],
)
def test_lines_that_are_not_there_are_refused(first: int, last: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        slides_of("label_smoothing_residual", first=first, last=last)


def test_the_claim_alone_is_its_two_ends_at_once() -> None:
    (slide,) = slides_of("cross_entropy_one_hot", detail="claim")
    assert slide.kind == "statement"
    assert [node_latex(p) for p in slide.claim] == [r"H(\delta_y, p) = -\log p(y)"]
    assert slide.given
    assert not slide.steps
    assert not slide.ends


@pytest.mark.parametrize("e", SOME, ids=lambda e: e.name)
def test_the_claim_alone_is_shown_for_every_theorem(e) -> None:
    (slide,) = slides_of(e.name, detail="claim")
    assert slide.claim_term == e.shows


def test_in_full_every_primitive_step_is_shown_with_its_rule_and_premises() -> None:
    slides = slides_of("residual_conventions", detail="full")
    proof = [s for slide in slides if slide.kind == "proof" for s in slide.steps]
    steps = proof_steps(catalogue.find_theorem("residual_conventions").theorem)
    assert [s.label for s in proof] == [str(n) for n in range(1, len(steps) + 1)]
    numbers = {id(th): n for n, th in enumerate(steps, 1)}
    for step, th in zip(proof, steps, strict=True):
        assert step.term == th.concl
        (why,) = step.reason
        assert why.startswith(th.proof.rule.replace("_", " "))
        cited = why.replace(",", " ").split()
        assert [str(numbers[id(p)]) for p in th.proof.premises] == [w for w in cited if w.isdigit()]


def test_an_unknown_level_of_detail_is_refused() -> None:
    with pytest.raises(UserError, match="board, full, claim"):
        slides_of("chain_rule", detail="half")


def test_blocks_have_their_titles_and_assumptions() -> None:
    base, *step = slides_of("chain_rule")
    assert base.title == "Base case T = 0"
    assert step[0].title == "Induction step from n to n + 1"
    assert r"\Pr(y_{\le n} \mid x)" in words(step[0].assumes)


def test_reasons_can_be_reworded_in_the_notation() -> None:
    course = read_notation('extends = "compact"\n[reasons]\nsum_delta = "only k = y is left"\n', "course")
    d = catalogue.find_theorem("cross_entropy_one_hot").derivation
    (slide,) = derivation_slides("cross_entropy_one_hot", d, Choice(course, "course.toml"), Template())
    assert words(slide.steps[3].reason) == "only $k = y$ is left"


def test_a_reason_that_is_no_text_is_refused() -> None:
    with pytest.raises(UserError, match="the reason sum_delta must be words"):
        read_notation("[reasons]\nsum_delta = 3\n", "course")


def test_a_gap_is_owned_up_to() -> None:
    from derive.language.letters import V, k, p, y

    @theorem(shows=Eq(Sum(delta(k, y) * p[k], (k, 1, V)), p[y]), given=[1 <= y, y <= V])
    def unfinished(c):
        "Not done yet."
        c.eq(p[y], by=gap("to do"))

    (slide,) = derivation_slides("unfinished", unfinished.derivation, Choice(load_notation()), Template())
    assert slide.gaps == 1
    assert not slide.ends
    assert words(slide.steps[-1].reason) == "GAP: to do"


# --- fitting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
@pytest.mark.parametrize("profile", notation_names())
def test_what_is_measured_fits(profile: str, aspect: str) -> None:
    template = Template(aspect=aspect)
    for e in dealt(ALL, profile, notation_names()):
        slides = slides_of(e.name, template, notation=profile)
        for slide in slides:
            for step in slide.steps:
                assert all(node_em(part) <= template.width / slide.scale for part in step.parts), (e.name, slide.part)
            if not slide.steps:
                continue
            chain = [
                s
                for other in slides
                if (other.title, other.kind) == (slide.title, slide.kind)
                for s in other.steps
                if not s.carried
            ]
            c = columns(chain, template, slide.scale)
            c = replace(
                c if c.beside == slide.beside else columns(slide.steps, template, slide.scale), scale=slide.scale
            )
            heights = [row_height(s, c) for s in slide.steps]
            if slide.lead:
                heights[:2] = [max(heights[:2])]
            used = header_height(slide, template) + sum(heights) + notes_height(slide.notes, template)
            assert used <= roomy(template, slide.heading).height + 0.01, (e.name, slide.part, used)


def test_the_estimates_are_near_what_typst_measures() -> None:
    """Widths and heights of every formula on the slides: never much too small, seldom much too large."""
    pytest.importorskip("typst", reason="pip install '.[slides]' in derive's folder")
    from derive.render.formula.measure import node_height
    from derive.slides.pptx.pictures import drawn

    nodes = [p for e in ALL for slide in slides_of(e.name) for s in slide.steps for p in s.parts]
    for node, real in drawn(nodes, "#000000", "#000000", pictures=False).items():
        assert 0.75 < real.width / node_em(node) < 1.1, node_latex(node)
        assert 0.55 < (real.above + real.below) / node_height(node) < 1.07, node_latex(node)


def test_a_highlighted_part_is_broken_with_its_line() -> None:
    narrow = Template(aspect="4:3")
    for e in ALL:
        for slide in slides_of(e.name, narrow, notation="pr"):
            for step in slide.steps:
                if len(step.parts) > 1:
                    plain = [node_latex(p) for p in step.parts]
                    assert plain == [node_latex(unmarked(p)) for p in step.parts]


def test_several_derivations_have_a_title_slide() -> None:
    names = ("cross_entropy_is_nll", "label_smoothing_residual")
    deck = build([(n, catalogue.find_theorem(n).derivation) for n in names], Choice(load_notation()), Template())
    assert deck.title == "Objectives, Label smoothing" or deck.title.startswith("Cross entropy")
    assert len(deck.contents) == 2
    assert [s.name for s in deck.stamps] == list(names)


# --- provenance ------------------------------------------------------------------------------------------------------


def test_a_stamp_is_one_line_of_plain_text_and_is_read_back() -> None:
    (slide,) = slides_of("cross_entropy_one_hot")
    assert slide.stamp is not None
    hostile = replace(slide.stamp, name='my proofs/x".py::"><script>', notation="a b\n%.toml")
    for stamp in (slide.stamp, hostile):
        text = stamp_text(stamp)
        assert read_stamp(text) == stamp
        assert not set(text) & set("\n<>\"'&{}\\")
    assert provenance(slide.stamp).startswith("cross_entropy_one_hot · derive ")


@pytest.mark.parametrize("text", ["", "derive", "derive name=x", "something else", "derive " + "name=a " * 8])
def test_what_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="not a stamp"):
        read_stamp(text)


def test_the_digest_changes_with_the_statement_and_not_with_letters() -> None:
    from derive.language.letters import V, j, k, p, y

    def digest(claim, given):
        @theorem(shows=claim, given=given)
        def claim_(c):
            "A sum."
            c.eq(p[y], by=sum_delta)

        return statement_digest(claim_.derivation)

    inside = [1 <= y, y <= V]
    usual = digest(Eq(Sum(delta(k, y) * p[k], (k, 1, V)), p[y]), inside)
    assert usual == digest(Eq(Sum(delta(j, y) * p[j], (j, 1, V)), p[y]), inside)
    assert usual != digest(Eq(Sum(delta(k, y) * p[k], (k, 1, V)), p[y]), [*inside, 1 <= V])
    assert usual != digest(Eq(Sum(delta(y, k) * p[k], (k, 1, V)), p[y]), inside)
    assert len({statement_digest(e.derivation) for e in ALL}) == len(ALL)


def test_the_digest_of_a_line_does_not_count_blanks() -> None:
    assert line_digest("a = b") == line_digest(" a=b\n") != line_digest("a = c")


# --- templates -------------------------------------------------------------------------------------------------------


def test_a_template(tmp_path) -> None:
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    file = tmp_path / "course.toml"
    file.write_text(
        'aspect = "4:3"\ndark = true\nfont = "DejaVu Sans"\nlogo = "logo.svg"\nfooter = "CS 224"\n[colors]\naccent = "#FFD166"\n'
    )
    t = load_template(str(file))
    assert (t.aspect, t.dark, t.font, t.footer) == ("4:3", True, "DejaVu Sans", "CS 224")
    assert t.logo == str(tmp_path / "logo.svg")
    assert t.colors == replace(DARK, accent="#ffd166")
    assert load_template(str(file), aspect="16:9").aspect == "16:9"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("aspect = '16:10'", "none of 16:9, 4:3"),
        ("aspect = 3", "aspect must be text"),
        ("dark = 'yes'", "dark must be true or false"),
        ("[colors]\ntext = 'red'", '"#rrggbb"'),
        ("[colors]\nink = '#000000'", "there is no colour ink"),
        ("[colors]\nmuted = '#cccccc'", "a contrast of 1.6 to 1; it can be read from 4.5 on"),
        ("colors = 3", r"write \[colors\]"),
        ("color = 3", "there is no entry color"),
        ("logo = 'nowhere.png'", "there is no logo"),
        ("logo = 'logo.gif'", "must be an SVG or a PNG"),
        ("font = 'x}\\\\input'", "is no name of a font"),
        ("= 3", "is not valid TOML"),
    ],
)
def test_a_template_that_is_wrong_is_refused_in_one_sentence(tmp_path, text: str, message: str) -> None:
    file = tmp_path / "course.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=message):
        load_template(str(file))


def _png(
    width: int = 2, height: int = 2, *, points: bytes = bytes(2 * 3), end: bool = True, header: bytes = b""
) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    size = width.to_bytes(4) + height.to_bytes(4) + (header or bytes([8, 0, 0, 0, 0]))
    parts = [(b"IHDR", size), (b"IDAT", zlib.compress(points)), *([(b"IEND", b"")] if end else [])]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


BOMB = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(10))
DAMAGED = {
    "empty": (".png", b"", "does not begin like a PNG"),
    "begun": (".png", b"\x89PNG\r\n\x1a\nabc", "its size is not where it should be"),
    "cut off": (".png", _png(end=False), "stops before it is complete"),
    "too few points": (".png", _png(points=bytes(5)), "stops before it is complete"),
    "a flipped bit": (".png", _png()[:30] + b"\x01" + _png()[31:], "the checksum of a part of it is wrong"),
    "no such points": (".png", _png(header=bytes([8, 7, 0, 0, 0])), "no PNG file has such points"),
    "a very large one": (".png", _png(100_000, 100_000), "is 100000 by 100000 points; at most 40 million are taken"),
    "of another kind": (".svg", _png(), "it is no XML"),
    "HTML": (".svg", b"<html><svg/></html>", "the XML in it begins with <html>"),
    "not closed": (".svg", b"<svg xmlns='http://www.w3.org/2000/svg'>", "it is no XML"),
    "entities": (".svg", f"<!DOCTYPE svg [{BOMB}]><svg>&a9;</svg>".encode(), "declares entities of its own"),
    "1e30 wide": (
        ".svg",
        b'<svg width="1e30" height="1"/>',
        "its width is 1e30, and sizes from 0.001 to 100000 can be",
    ),
    "of no width": (".svg", b'<svg width="0"/>', "its width is 0"),
    "NaN wide": (".svg", b'<svg width="nan"/>', "its width is nan"),
    "a view of 1e30": (".svg", b'<svg viewBox="0 0 1 1e30"/>', "its viewBox is 0 0 1 1e30"),
    "deep": (".svg", b"<svg>" + b"<g>" * 1000, "100 inside one another"),
}


@pytest.mark.parametrize(("ending", "data", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_logo_that_is_damaged_or_cannot_be_drawn_is_refused_for_every_target(
    tmp_path, ending: str, data: bytes, message: str
) -> None:
    """Else a browser shows nothing, TeX stops, and Typst breaks down."""
    logo = tmp_path / f"logo{ending}"
    logo.write_bytes(data)
    with pytest.raises(UserError, match=f"^the logo .*logo{ending} .*{message}"):
        load_template(logo=str(logo))


def test_logos_of_every_sort_are_taken(tmp_path) -> None:
    from PIL import Image

    logos = {"own.png": _png()}
    logos["own.svg"] = b'<?xml version="1.0"?><s:svg xmlns:s="x" width="10.5mm" height="100%" viewBox="-2,0 3 .5e1"/>'
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        made = io.BytesIO()
        Image.new(mode, (13, 7)).save(made, "PNG")
        logos[f"{mode[:4].replace(';', '')}.png"] = made.getvalue()
    for name, data in logos.items():
        (tmp_path / name).write_bytes(data)
        assert load_template(logo=str(tmp_path / name)).logo == str(tmp_path / name)


def test_a_template_that_is_not_there() -> None:
    with pytest.raises(UserError, match=r"the template nowhere.toml: there is no such file"):
        load_template("nowhere.toml")


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_the_colours_can_be_read(colors) -> None:
    for name in ("text", "muted", "accent", "changed"):
        assert contrast(getattr(colors, name), colors.background) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_indices_for_which_a_line_holds_stay_together() -> None:
    from derive.render.formula.breaking import cut
    from derive.render.formula.layout import layout

    e = catalogue.find_theorem("kl_eq_zero_iff")
    line = e.derivation.blocks[0].lines[0]
    assert [node_latex(p) for p in cut(layout(line.term), 18)] == [
        r"0 \le q(k) \log \frac{q(k)}{p(k)} - (q(k) - p(k))\quad",
        r"\text{for }k = 1, \dots, V",
    ]


def test_no_choice_of_words_hides_a_gap() -> None:
    """A course may reword every reason but that one."""
    from derive.language.letters import V, k, p, y

    @theorem(shows=Eq(Sum(delta(k, y) * p[k], (k, 1, V)), V * p[y]), given=[1 <= y, y <= V])
    def false_and_left_open(c):
        "It is V times too large."
        c.eq(V * p[y], by=gap("obvious"))

    course = read_notation('[reasons]\ngap = "algebra"\nobvious = "algebra"\n"GAP" = "algebra"\n', "course")
    (slide,) = derivation_slides("x", false_and_left_open.derivation, Choice(course), Template())
    assert words(slide.steps[-1].reason) == "GAP: obvious"
    assert slide.gaps_left == "1 gap is left"
    assert not slide.ends


def test_no_heading_breaks_at_a_hyphen() -> None:
    """HTML and Typst keep the word in a box, TeX is told once, PowerPoint gets a new line before it; where nothing else than a sign
    would do, the word stays one that can be looked for."""
    from derive.slides import beamer, html, markdown, notebook
    from derive.slides.deck import Options
    from derive.slides.pptx.text import Span, uncut

    name = "cross_entropy_is_nll"
    deck = build([(name, catalogue.find_theorem(name).derivation)], Choice(load_notation(None)), Template())
    for target in (markdown, notebook):
        (source,) = target.write(deck, "deck", Options()).values()
        assert b"the negative log-likelihood" in source
    (tex,) = beamer.write(deck, "deck.tex", Options()).values()
    assert rb"\exhyphenpenalty=10000\strut\insertframetitle" in tex
    (page,) = html.write(deck, "deck.html", Options()).values()
    assert b'negative <span class="word">log-likelihood</span>' in page
    for room, lines in (
        (30.0, "is the log-likelihood of it"),
        (7.0, "is the\vlog-likelihood of it"),
        (3.0, "is the log-likelihood of it"),
    ):
        assert uncut((Span("is the log-likelihood of it"),), room) == (Span(lines),)


def json_or_lines(source: bytes) -> list:
    import json

    if source.startswith(b"{"):
        return [c["source"] for c in json.loads(source)["cells"]]
    return source.decode().splitlines()


def test_a_formula_breaks_between_statements_and_at_relations_before_it_breaks_inside_a_side() -> None:
    from derive.render.formula.breaking import cut
    from derive.render.formula.layout import layout

    for name, room, before, after in (
        ("mean_smoothed_loss_minimiser", 23, r"\sum_{j=1}^V q(j)", r"\iff p(k) = (1 "),
        ("label_smoothing_residual", 21, r"H(q_y^{\varepsilon}, p)", r"=-\log p(y) + \varepsilon"),
    ):
        first, second = map(node_latex, cut(layout(catalogue.find_theorem(name).derivation.claim), room))
        assert first.startswith(before) and second.startswith(after)
