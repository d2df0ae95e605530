"""PowerPoint decks: read back with python-pptx, drawn by LibreOffice, added to other decks, edited by hand."""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lectures import everything
from needs import need
from pptx import Presentation
from pptx.util import Inches
from sweep import dealt

from derive.board.catalogue import find_theorem, theorems
from derive.errors import UserError
from derive.render.formula.nodes import Mark, Row, Script, Symbol, row
from derive.render.formula.notation import load_notation, notation_names
from derive.slides.deck import Deck, Options, Picture, Slide, Stamp, Step
from derive.slides.deck.build import Choice, build
from derive.slides.deck.stamps import line_digest
from derive.slides.deck.template import DARK, Template, contrast, load_template
from derive.slides.pptx import about as about_file
from derive.slides.pptx import fragment, read_back, write
from derive.slides.pptx.ground import EMU
from derive.slides.pptx.layout import Box, arrange, nodes_of
from derive.slides.pptx.own import own_ground
from derive.slides.pptx.package import KINDS
from derive.slides.pptx.pictures import drawn, picture
from derive.slides.pptx.text import lines, plain, spans, text_em
from derive.values import replace

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
EQUATION = "{http://schemas.microsoft.com/office/drawing/2010/main}m"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

NAMES = ("cross_entropy_is_nll", "label_smoothing_residual", "chain_rule", "cross_entropy_eq_entropy_iff")


def deck_of(*names: str, notation: str = "compact", template: Template | None = None, **how: Any) -> Deck:
    title = how.pop("title", "")
    choice = Choice(load_notation(notation), notation, **how)
    return build([(n, find_theorem(n).derivation) for n in names], choice, template or Template(), title=title)


def written(deck: Deck, **options: Any) -> bytes:
    files = write(deck, "deck.pptx", Options(**options))
    assert list(files) == ["deck.pptx"]
    return files["deck.pptx"]


@cache
def lecture() -> tuple[Deck, bytes]:
    deck = deck_of(*NAMES, title="Losses")
    return deck, written(deck)


def slides_of(data: bytes) -> list[Any]:
    return list(Presentation(io.BytesIO(data)).slides)


def shapes(slide: Any, tag: str = "*") -> list[Any]:
    """The shapes that PowerPoint shows, in the order in which they are read."""
    found = [about.getparent().getparent() for about in slide._element.iter(f"{P}cNvPr")]
    return [
        s
        for s in found
        if not any(up.tag == f"{MC}Fallback" for up in s.iterancestors()) and s.tag in (f"{P}sp", f"{P}pic")
    ]


def about(shape: Any) -> Any:
    return next(shape.iter(f"{P}cNvPr"))


def number(shape: Any) -> int:
    return int(about(shape).get("id"))


def equations(slide: Any) -> list[Any]:
    return [s for s in shapes(slide) if next(s.iter(EQUATION), None) is not None]


def words(shape: Any) -> str:
    return "".join(t.text or "" for t in shape.iter(f"{A}t"))


def typed(shape: Any) -> str:
    return "".join(t.text or "" for t in shape.iter(f"{M}t")).replace("\u200b", "")


def place(shape: Any) -> Box | None:
    x = shape.find(f"{P}spPr/{A}xfrm")
    if x is None:
        return None
    (left, top), (width, height) = (tuple(int(v) / EMU for v in part.attrib.values()) for part in x)
    return Box(left, top, width, height)


# --- what stands on the slides ---------------------------------------------------------------------------------------


def test_python_pptx_reads_it_back() -> None:
    deck, data = lecture()
    slides = slides_of(data)
    assert len(slides) == len(deck.slides) + 1
    titles = [s.shapes.title.text_frame.text for s in slides]
    assert titles[0] == "Losses"
    assert (
        titles[1]
        .replace("\v", " ")
        .startswith("Summed over a sequence, one-hot cross-entropy is the negative log-likelihood")
    )
    assert len(set(titles)) == len(titles), "a screen reader tells slides apart by their titles"
    assert [t[-5:] for t in titles if t.startswith("The probability of a sequence")] == ["(1/2)", "(2/2)"]


def test_the_title_slide_lists_what_is_in_the_deck() -> None:
    first = slides_of(lecture()[1])[0]
    listed = first.placeholders[1].text_frame.text.split("\n")
    assert listed[2] == "The probability of a sequence is the product of its conditional probabilities"


def test_a_long_list_stands_on_slides_behind_the_title() -> None:
    deck = replace(
        deck_of(NAMES[0], title="Everything"), contents=(("A statement of some length that is proved",),) * 60
    )
    first, *pages, _last = slides_of(written(deck))
    assert [words(s) for s in shapes(first)] == ["Everything"], "and no place for a subtitle that is empty"
    titles = [page.shapes.title.text_frame.text for page in pages]
    assert titles == [f"Contents  ({i}/{len(pages)})" for i in range(1, len(pages) + 1)]
    listed = [words(s) for page in pages for s in shapes(page) if about(s).get("name").startswith("text ")]
    assert listed == [f"{i}. A statement of some length that is proved" for i in range(1, 61)]
    for page in pages:
        check_places(page, 960, 540)


def test_every_line_is_a_native_equation_in_a_box_of_its_own() -> None:
    deck, data = lecture()
    for slide, page in zip(deck.slides, slides_of(data)[1:], strict=True):
        expected = len(nodes_of(slide))
        assert len(equations(page)) == expected
        for shape in equations(page):
            assert len(list(shape.iter(EQUATION))) == 1
            assert not words(shape), "nothing but the equation, else LibreOffice does not draw it"
            choice = shape.getparent()
            assert choice.tag == f"{MC}Choice" and choice.get("Requires") == "a14"
            assert choice.nsmap["a14"] == EQUATION[1:-2]


def test_every_equation_has_a_picture_for_other_programs() -> None:
    page = slides_of(lecture()[1])[1]
    for shape in equations(page):
        fallback = shape.getparent().getparent().find(f"{MC}Fallback")
        relation = next(fallback.iter(f"{A}blip")).get(f"{R}embed")
        png = page.part.related_part(relation).blob
        assert png.startswith(b"\x89PNG")
        across, down = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
        box = place(shape)
        assert box is not None and across / down == pytest.approx(box.width / box.height, rel=0.05)
        assert png[25] == 6, "with an alpha channel: the background is transparent"
        assert {n.get("id") for n in fallback.iter(f"{P}cNvPr")} == {about(shape).get("id")}


def test_equations_read_as_english() -> None:
    page = slides_of(lecture()[1])[1]
    spoken = [about(s).get("descr") for s in equations(page)]
    assert spoken[0].startswith("Claim: the sum over t from 1 to capital T of H")
    assert spoken[1].startswith("the sum over t from 1 to capital T of H")
    assert any(s.startswith("equals") for s in spoken)
    assert all(s and s.isprintable() for page in slides_of(lecture()[1])[1:] for s in map(_alt, equations(page)))


def _alt(shape: Any) -> str:
    return str(about(shape).get("descr"))


def test_notes_are_the_spoken_derivation_in_plain_text() -> None:
    page = slides_of(lecture()[1])[1]
    said = page.notes_slide.notes_text_frame.text
    assert said.startswith("Summed over a sequence") and "Reason: the sign comes out of the sum." in said
    assert not list(page.notes_slide._element.iter(EQUATION)), "mathematics in notes damages the file"


def test_the_shapes_are_in_reading_order() -> None:
    page = slides_of(lecture()[1])[1]
    kinds = [re.sub(r" [0-9a-f]{8}$", "", about(s).get("name")) for s in shapes(page)]
    chain = [n.removeprefix("derive cross_entropy_is_nll ") for n in kinds if n.startswith("derive cross")]
    assert chain == [
        "text given",
        "text wordclaim",
        "claim",
        "line start",
        *(x for i in "1234" for x in (f"line {i}", f"text reason{i}")),
    ]
    assert kinds[0].startswith("Title") and kinds[-1] == "sldNum"
    assert kinds.index("end of the proof") == kinds.index("derive cross_entropy_is_nll text reason4") + 1


def test_lines_are_aligned_at_their_relations() -> None:
    page = slides_of(lecture()[1])[1]
    lines_ = [s for s in equations(page) if typed(s).startswith("=")]
    lefts = {round(place(s).x, 1) for s in lines_}  # type: ignore[union-attr]
    assert len(lines_) == 4 and len(lefts) == 1
    start = next(s for s in equations(page) if " line start " in about(s).get("name"))
    box = place(start)
    assert box is not None and box.x + box.width == pytest.approx(lefts.pop(), abs=0.1)
    reasons = {round(place(s).x, 1) for s in shapes(page) if " text reason" in about(s).get("name")}  # type: ignore[union-attr]
    assert len(reasons) == 1


def test_what_a_line_changed_is_coloured_and_not_on_a_carried_line() -> None:
    deck, data = lecture()
    for slide, page in zip(deck.slides, slides_of(data)[1:], strict=True):
        steps = {s.place: s for s in slide.steps}
        for shape in equations(page):
            at = re.search(r" line (\S+) ", about(shape).get("name"))
            colored = any(c.get("val") == "A8201A" for c in shape.iter(f"{A}srgbClr"))
            step = steps.get(at[1]) if at else None
            if step is None or step.carried or len(step.parts) == 1:
                marked = step is not None and not step.carried and _marked(step)
                assert colored == marked, (step, typed(shape))


def _marked(step: Step) -> bool:
    return any("Mark(" in repr(p) for p in step.parts)


def test_a_broken_formula_stands_in_boxes_under_each_other() -> None:
    narrow = Template(aspect="4:3")
    page = next(p for p in slides_of(written(deck_of("label_smoothing_residual", template=narrow))))
    parts = [s for s in equations(page) if "part" in about(s).get("name")]
    first, second = map(place, parts[:2])
    assert first is not None and second is not None
    assert second.y >= first.y + first.height and second.x > first.x
    assert _alt(parts[1]) == "continuation of the formula above"
    assert about(parts[0]).get("name").endswith("part 1 of 2")


def test_provenance_footer_and_number_stand_at_the_foot() -> None:
    deck = deck_of("cross_entropy_one_hot", template=replace(Template(), footer="Course 101 & more"))
    page = slides_of(written(deck))[0]
    stamp = deck.stamps[0]
    foot = next(s for s in shapes(page) if about(s).get("name").startswith("derive name="))
    assert words(foot) == f"cross_entropy_one_hot · derive {stamp.version} · {stamp.digest}"
    assert "Course 101 & more" in [p.text_frame.text for p in page.placeholders]
    assert next(page._element.iter(f"{A}fld")).get("type") == "slidenum"


def test_the_last_line_ends_the_proof_and_gaps_are_counted() -> None:
    deck = deck_of("cross_entropy_one_hot")
    page = slides_of(written(deck))[0]
    last = [place(s) for s in shapes(page) if " text reason" in about(s).get("name")][-1]
    mark = next(place(s) for s in shapes(page) if words(s) == "∎")
    assert last is not None and mark is not None
    assert mark.x >= last.x + last.width and last.y <= mark.y + mark.height / 2 <= last.y + last.height
    open_ = replace(deck, slides=(replace(deck.slides[0], ends=False, gaps=2),))
    page = slides_of(written(open_))[0]
    assert "2 gaps are left" in [words(s) for s in shapes(page)]
    assert not any("∎" in words(s) for s in shapes(page))


# --- animation -------------------------------------------------------------------------------------------------------


def clicks(page: Any) -> list[list[int]]:
    """The shapes that appear at each click."""
    out: list[list[int]] = []
    for effect in page._element.iter(f"{P}cTn"):
        kind = effect.get("nodeType")
        if kind in ("clickEffect", "withEffect"):
            out += [[]] if kind == "clickEffect" else []
            out[-1].append(int(next(effect.iter(f"{P}spTgt")).get("spid")))
    return out


def test_each_line_appears_at_a_click_with_its_reason() -> None:
    page = slides_of(lecture()[1])[1]
    names = {number(s): about(s).get("name") for s in shapes(page)}
    shown = [[re.sub(r"^derive \S+ | [0-9a-f]{8}$", "", names[i]) for i in group] for group in clicks(page)]
    lines_ = [[f"line {i}", f"text reason{i}"] for i in "1234"]
    assert shown == [*lines_[:-1], [*lines_[-1], "end of the proof"]]


def test_every_animated_shape_is_there_and_every_step_is_animated_once() -> None:
    deck, data = lecture()
    for slide, page in zip(deck.slides, slides_of(data)[1:], strict=True):
        targets = Counter(i for group in clicks(page) for i in group)
        there = {number(s): s for s in shapes(page)}
        assert set(targets) <= set(there)
        assert not targets or max(targets.values()) == 1
        still = {"claim", *(s.place for i, s in enumerate(slide.steps) if s.carried or (i == 0 and not s.relation))}
        for shape in equations(page):
            at = re.search(r" (?:line (\S+)|(claim)) \w{8}", about(shape).get("name"))
            assert at is not None
            assert (number(shape) in targets) == ((at[1] or at[2]) not in still)
        built = [int(b.get("spid")) for b in page._element.iter(f"{P}bldP")]
        assert sorted(built) == sorted(targets)
        ids = [c.get("id") for c in page._element.iter(f"{P}cTn")]
        assert len(set(ids)) == len(ids)


def test_a_handout_shows_everything_at_once() -> None:
    page = slides_of(written(deck_of("cross_entropy_one_hot"), handout=True))[0]
    assert not clicks(page) and len(equations(page)) == 5


# --- the file --------------------------------------------------------------------------------------------------------

# the order of children in PresentationML and DrawingML, as far as they are used; ECMA-376 part 1
SEQUENCES = {
    f"{P}sld": "cSld clrMapOvr transition timing extLst",
    f"{P}sp": "nvSpPr spPr style txBody extLst",
    f"{P}pic": "nvPicPr blipFill spPr style extLst",
    f"{P}nvSpPr": "cNvPr cNvSpPr nvPr",
    f"{P}spPr": "xfrm custGeom prstGeom noFill solidFill gradFill blipFill pattFill grpFill ln effectLst",
    f"{P}txBody": "bodyPr lstStyle p",
    f"{P}timing": "tnLst bldLst extLst",
    f"{P}cTn": "stCondLst endCondLst endSync iterate childTnLst subTnLst",
    f"{P}seq": "cTn prevCondLst nextCondLst",
    f"{P}cBhvr": "cTn tgtEl attrNameLst",
    f"{P}set": "cBhvr to",
    f"{A}rPr": "ln noFill solidFill effectLst highlight latin ea cs sym hlinkClick",
    f"{A}pPr": "lnSpc spcBef spcAft buClr buSzPct buFont buNone buAutoNum buChar tabLst defRPr",
    f"{MC}AlternateContent": "Choice Fallback",
}


def test_elements_come_in_the_order_of_the_schemas() -> None:
    data = lecture()[1]
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        assert z.testzip() is None
    for page in slides_of(data):
        for element in page._element.iter():
            order = SEQUENCES.get(element.tag, "").split()
            if order:
                found = [order.index(c.tag.rpartition("}")[2]) for c in element]
                assert found == sorted(found), (element.tag, [c.tag for c in element])
        for element in page._element.iter(f"{A}p"):
            kinds = [c.tag.rpartition("}")[2] for c in element]
            assert "pPr" not in kinds[1:] and "endParaRPr" not in kinds[:-1]
        ids = [number(s) for s in shapes(page)]
        assert len(set(ids)) == len(ids)


def test_every_part_is_well_formed_and_every_relation_leads_somewhere() -> None:
    from xml.etree import ElementTree

    with zipfile.ZipFile(io.BytesIO(lecture()[1])) as z:
        names = set(z.namelist())
        assert len(names) == len(z.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                root = ElementTree.fromstring(z.read(name))
                if name.endswith(".rels"):
                    folder = name.replace("_rels/", "").removesuffix(".rels")
                    for rel in root:
                        target = os.path.normpath(os.path.join(os.path.dirname(folder), rel.get("Target", "")))
                        assert target.lstrip("/") in names or rel.get("Target", "").lstrip("/") in names


def test_the_same_deck_makes_the_same_bytes() -> None:
    deck = deck_of("cross_entropy_one_hot", title="Twice")
    assert written(deck) == written(deck)
    with zipfile.ZipFile(io.BytesIO(written(deck))) as z:
        assert {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_formula_that_stands_twice_has_one_picture() -> None:
    deck, data = lecture()
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        pictures = [n for n in z.namelist() if n.startswith("ppt/media/")]
        assert len({z.read(n) for n in pictures}) == len(pictures)
    assert len(pictures) <= len({n for s in deck.slides for n in nodes_of(s)})


def test_dark_and_light_are_themes_that_the_lecturer_can_change() -> None:
    data = written(deck_of("cross_entropy_one_hot", template=load_template(dark=True)))
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        theme = z.read("ppt/theme/theme1.xml").decode()
        master = z.read("ppt/slideMasters/slideMaster1.xml").decode()
    assert DARK.background[1:].upper() in theme and DARK.text[1:].upper() in theme
    assert 'bg1="dk1" tx1="lt1"' in master
    page = slides_of(data)[0]
    assert not list(page._element.iter(f"{P}bg")), "the background is the theme's"
    # LibreOffice draws equations black and goes by the prefix a14; with another one it shows the picture
    assert {s.getparent().get("Requires") for s in equations(page)} == {"equations"}
    assert {s.getparent().nsmap["equations"] for s in equations(page)} == {EQUATION[1:-2]}


def test_a_logo_stands_in_the_master(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="80" height="20"/></svg>'
    )
    deck = deck_of("cross_entropy_one_hot", template=load_template(logo=str(logo)))
    presentation = Presentation(io.BytesIO(written(deck)))
    picture_ = next(s for s in presentation.slide_master.shapes if s.name == "Logo")
    assert picture_.width / picture_.height == pytest.approx(4, rel=0.02)
    title = presentation.slides[0].shapes.title
    assert title.left + title.width < picture_.left
    logo.write_text("no picture")
    with pytest.raises(UserError, match="SVG"):
        written(deck)


def test_a_plot_is_a_picture_with_words() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10"><circle cx="5" cy="5" r="4"/></svg>'
    plot = Picture("a-plot-1", "The loss & its <minimum>", svg, b"", picture(svg.encode(), 400, 100), 36.0, 9.0)
    deck = deck_of("cross_entropy_one_hot")
    slide = Slide("plot", "cross_entropy_one_hot", ("The loss",), picture=plot, stamp=deck.stamps[0])
    page = slides_of(written(replace(deck, slides=(slide,))))[0]
    pic = next(page._element.iter(f"{P}pic"))
    assert about(pic).get("descr") == "The loss & its <minimum>"
    box = place(pic)
    assert box is not None and box.width / box.height == pytest.approx(4, rel=0.01) and box.width > 800
    vector = next(e for e in pic.iter() if e.tag.endswith("}svgBlip")).get(f"{R}embed")
    assert page.part.related_part(vector).blob == svg.encode()


def test_fragment_is_an_equation_a_line() -> None:
    from xml.etree import ElementTree

    found = fragment(deck_of("cross_entropy_one_hot"), Options()).splitlines()
    assert len(found) == 5
    for line in found:
        assert ElementTree.fromstring(line).tag == f"{M}oMathPara"


HOSTILE = "<script>alert(1)</script> \\write18{rm} $x$ & % # ]]> \u202egnp.exe\u2066 \x00\x0b \ud83d" + "w" * 300


def test_hostile_text_is_text() -> None:
    deck = deck_of("cross_entropy_one_hot")
    slide = deck.slides[0]
    steps = tuple(replace(s, reason=(HOSTILE,) if s.relation else ()) for s in slide.steps)
    stamp = Stamp("a b/<&>.py::x\"' \u202e", "1", "0" * 16, "compact", "board")
    slide = replace(
        slide, name=HOSTILE, heading=(HOSTILE,), title=HOSTILE, given=(HOSTILE,), notes=((HOSTILE,),), steps=steps
    )
    bad = Deck((replace(slide, stamp=stamp),), replace(Template(), footer=HOSTILE), HOSTILE, HOSTILE, ((HOSTILE,),))
    data = written(bad)
    slides = slides_of(data)
    assert len(slides) == 3, "the contents have no room on the title slide"
    shown = [words(s) for page in slides for s in shapes(page)]
    shown += [page.notes_slide.notes_text_frame.text for page in slides[1:]]
    assert all("\u202e" not in t and "\u2066" not in t and "\x00" not in t for t in shown)
    assert sum("<script>alert(1)</script> \\write18{rm} $x$ & % # ]]>" in t for t in shown) == 12
    stamps, lines_ = read_back(data)
    assert stamps == [stamp] and {s.theorem for s in lines_} == {stamp.name}
    assert all(line_digest(s.text) == s.digest for s in lines_)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    deck = deck_of("cross_entropy_one_hot")
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UserError, match=re.escape("pip install '.[slides]' in derive's folder")):
        written(deck)


# --- reading back ----------------------------------------------------------------------------------------------------


def test_what_was_written_is_read_back() -> None:
    deck, data = lecture()
    stamps, shown = read_back(data)
    assert stamps == list(deck.stamps)
    assert all(line_digest(s.text) == s.digest for s in shown)
    places = {(s.theorem, s.place) for s in shown}
    for slide in deck.slides:
        assert {(slide.name, s.place) for s in slide.steps} <= places
    assert ("chain_rule", "claim") in places


def edited(data: bytes, old: str, new: str) -> bytes:
    """The file with one character changed in the first equation that has it, as by hand."""
    out = io.BytesIO()
    done = False
    with zipfile.ZipFile(io.BytesIO(data)) as z, zipfile.ZipFile(out, "w") as changed:
        for name in z.namelist():
            content = z.read(name)
            if not done and name.startswith("ppt/slides/slide"):
                text = content.decode()
                m = re.search(f"<m:t>[^<]*{old}[^<]*</m:t>", text)
                if m is not None:
                    content = (text[: m.start()] + m[0].replace(old, new, 1) + text[m.end() :]).encode()
                    done = True
            changed.writestr(name, content)
    assert done
    return out.getvalue()


def test_an_edited_character_is_found() -> None:
    deck = deck_of("cross_entropy_one_hot")
    data = written(deck)
    _, shown = read_back(edited(data, "𝐻", "𝐾"))
    assert [s.place for s in shown if line_digest(s.text) != s.digest] == ["claim"]
    _, shown = read_back(edited(data, "log", "ln"))
    assert sum(line_digest(s.text) != s.digest for s in shown) == 1


def test_saving_it_again_changes_nothing() -> None:
    deck = deck_of("cross_entropy_one_hot")
    again = io.BytesIO()
    presentation = Presentation(io.BytesIO(written(deck)))
    for run in presentation.slides[0]._element.iter(f"{M}r"):
        run.find(f"{A}rPr").set("dirty", "0")
    presentation.save(again)
    assert read_back(again.getvalue()) == read_back(written(deck))


@pytest.mark.parametrize("data", [b"", b"PK nothing", b"plain text"])
def test_what_is_no_powerpoint_file_is_refused(data: bytes) -> None:
    with pytest.raises(UserError, match="not a PowerPoint presentation"):
        read_back(data)
    if data:
        with pytest.raises(UserError, match="not a PowerPoint presentation"):
            written(deck_of("cross_entropy_one_hot"), into=data)


# --- into another deck -----------------------------------------------------------------------------------------------


def found_deck(width: float = 10, slides: int = 2) -> bytes:
    presentation = Presentation()
    presentation.slide_width = Inches(width)
    for i in range(slides):
        page = presentation.slides.add_slide(presentation.slide_layouts[i % 2])
        page.shapes.title.text = f"Mine {i + 1}"
        page.notes_slide.notes_text_frame.text = f"say {i + 1}"
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def test_slides_go_behind_the_one_that_is_named() -> None:
    deck = deck_of("cross_entropy_one_hot", template=Template(aspect="4:3"))
    added = len(deck.slides)
    for after, at in ((-1, 2), (2, 2), (1, 1), (0, 0)):
        titles = [s.shapes.title.text_frame.text for s in slides_of(written(deck, into=found_deck(), after=after))]
        mine = [i for i, t in enumerate(titles) if t.startswith("Mine")]
        assert len(titles) == 2 + added
        assert mine == [0 + added * (at <= 0), 1 + added * (at <= 1)]


def test_the_other_slides_stay_as_they_are() -> None:
    from lxml import etree

    def pages(data: bytes) -> dict[str, bytes]:
        return {
            s.shapes.title.text_frame.text: etree.tostring(s._element, method="c14n")
            for s in slides_of(data)
            if s.shapes.title.text_frame.text.startswith("Mine")
        }

    before = found_deck()
    after = written(deck_of("cross_entropy_one_hot"), into=before, after=1)
    assert pages(after) == pages(before)
    assert [s.notes_slide.notes_text_frame.text for s in slides_of(after) if s.shapes.title.text[:4] == "Mine"] == [
        "say 1",
        "say 2",
    ]
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert old.read("ppt/theme/theme1.xml") == new.read("ppt/theme/theme1.xml")
        said = old.read("docProps/core.xml")
        signed = re.sub(b"(<cp:lastModifiedBy>)[^<]*", rb"\1derive", said)
        assert new.read("docProps/core.xml") == signed != said, "who was the last to save it, and nothing else"
        layouts = [n for n in old.namelist() if "slideLayout" in n or "slideMaster" in n]
        assert all(old.read(n) == new.read(n) for n in layouts if n.endswith(".xml"))


@pytest.mark.parametrize("width", [10, 13.333])
def test_the_size_and_the_theme_are_kept(width: float) -> None:
    aspect = "4:3" if width == 10 else "16:9"
    data = written(deck_of(*NAMES, template=Template(aspect=aspect)), into=found_deck(width), after=1)
    presentation = Presentation(io.BytesIO(data))
    assert presentation.slide_width == Inches(width)
    page = next(s for s in presentation.slides if s.shapes.title.text_frame.text.startswith("The probability of a"))
    assert page.slide_layout.name == "Title Only"
    assert not any(f.get("typeface") == "Arial" for f in page._element.iter(f"{A}latin"))
    assert page.shapes.title.text_frame.text.startswith("The probability of a sequence")
    for slide in presentation.slides:
        check_places(slide, presentation.slide_width / EMU, presentation.slide_height / EMU)


def test_a_slide_that_is_not_there_is_refused_with_how_many_there_are() -> None:
    with pytest.raises(UserError, match="no slide 7 to add behind: the presentation has 2 slides"):
        written(deck_of("cross_entropy_one_hot"), into=found_deck(), after=7)


def test_slides_added_twice_get_along() -> None:
    once = written(deck_of("cross_entropy_one_hot"), into=found_deck(), after=1)
    twice = written(deck_of("entropy_uniform"), into=once, after=1)
    stamps, shown = read_back(twice)
    assert [s.name for s in stamps] == ["entropy_uniform", "cross_entropy_one_hot"]
    assert all(line_digest(s.text) == s.digest for s in shown)
    with zipfile.ZipFile(io.BytesIO(twice)) as z:
        assert len(set(z.namelist())) == len(z.namelist())


def test_sections_take_the_new_slides_in() -> None:
    from pptx.oxml import parse_xml

    presentation = Presentation(io.BytesIO(found_deck(slides=3)))
    ids = [e.get("id") for e in presentation.slides._sldIdLst]
    p14 = "http://schemas.microsoft.com/office/powerpoint/2010/main"
    sections = "".join(
        f'<p14:section name="{name}" id="{{{n}}}"><p14:sldIdLst>'
        + "".join(f'<p14:sldId id="{i}"/>' for i in inside)
        + "</p14:sldIdLst></p14:section>"
        for n, (name, inside) in enumerate((("A", ids[:2]), ("B", ids[2:])))
    )
    presentation.part._element.append(
        parse_xml(
            f'<p:extLst xmlns:p="{P[1:-1]}"><p:ext uri="{{521415D9-36F7-43E2-AB2F-B90AF26B5E84}}">'
            f'<p14:sectionLst xmlns:p14="{p14}">{sections}</p14:sectionLst></p:ext></p:extLst>'
        )
    )
    out = io.BytesIO()
    presentation.save(out)
    deck = deck_of("cross_entropy_one_hot")
    new = Presentation(io.BytesIO(written(deck, into=out.getvalue(), after=1)))
    order = [e.get("id") for e in new.slides._sldIdLst]
    listed = [e.get("id") for e in new.part._element.iter(f"{{{p14}}}sldId")]
    assert listed == order and len(order) == 3 + len(deck.slides)
    first = next(new.part._element.iter(f"{{{p14}}}section"))
    assert len(list(first.iter(f"{{{p14}}}sldId"))) == 2 + len(deck.slides)


def test_on_a_dark_theme_the_colours_can_be_read() -> None:
    presentation = Presentation(io.BytesIO(found_deck()))
    mapping = presentation.slide_master._element.find(f"{P}clrMap")
    mapping.set("bg1", "dk1")
    mapping.set("tx1", "lt1")
    out = io.BytesIO()
    presentation.save(out)
    data = written(deck_of("label_smoothing_residual"), into=out.getvalue())
    page = slides_of(data)[-1]
    marked = {c.get("val") for s in equations(page) for c in s.iter(f"{A}srgbClr")}
    assert marked and all(contrast(f"#{c}", "#000000") > 4.5 for c in marked)
    assert {s.getparent().get("Requires") for s in equations(page)} == {"equations"}


# --- everything fits -------------------------------------------------------------------------------------------------


def check_places(page: Any, width: float, height: float) -> None:
    """No shape leaves the slide or lies on another."""
    boxes = [(about(s).get("name"), b) for s in shapes(page) if (b := place(s)) is not None]
    for name, b in boxes:
        assert b.x >= 0 and b.y >= 0 and b.x + b.width <= width + 0.1 and b.y + b.height <= height + 0.1, (name, b)
    for i, (name, a) in enumerate(boxes):
        for other, b in boxes[i + 1 :]:
            across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert across < 1 or down < 1, (name, other)


WAYS = list(itertools.product(notation_names(), ["16:9", "4:3"]))


@pytest.mark.parametrize(("notation", "aspect"), WAYS)
def test_every_theorem_fits_its_slides(notation: str, aspect: str) -> None:
    """Formulas as wide and high as Typst draws them, words as wide as in Arial: nothing leaves its slide or overlaps, and
    the letters need not shrink by more than a little."""
    template = Template(aspect=aspect)
    chosen = dealt(theorems(), (notation, aspect), WAYS)
    deck = build([(t.name, t.derivation) for t in chosen], Choice(load_notation(notation), notation), template)
    ground = own_ground(deck)
    nodes = [n for s in deck.slides for n in nodes_of(s)]
    formulas = drawn(nodes, "#000000", "#ff0000", pictures=False)
    for sheet in deck.sheets:
        slide = sheet[0]
        things = arrange(sheet, ground.body, ground.em, formulas)
        for i, a in enumerate(things):
            assert ground.body.x - 0.1 <= a.box.x and a.box.x + a.box.width <= ground.body.x + ground.body.width + 0.1
            assert ground.body.y - 0.1 <= a.box.y
            assert a.box.y + a.box.height <= ground.body.y + ground.body.height + 0.1, (slide.name, slide.part, a)
            for b in things[i + 1 :]:
                across = min(a.box.x + a.box.width, b.box.x + b.box.width) - max(a.box.x, b.box.x)
                down = min(a.box.y + a.box.height, b.box.y + b.box.height) - max(a.box.y, b.box.y)
                assert across < 0.5 or down < 0.5, (slide.name, slide.part, a, b)
        sizes = {t.size for t in things if hasattr(t, "node")}
        assert min(sizes, default=24) >= 0.75 * ground.em, (slide.name, slide.part)


def test_a_lecture_fits_its_slides(tmp_path: Path) -> None:
    data = written(everything(tmp_path, "pptx", Template(aspect="4:3")))
    for page in slides_of(data):
        check_places(page, 720, 540)


def test_a_slide_that_is_too_full_gets_smaller_letters() -> None:
    deck = deck_of("cross_entropy_is_nll")
    slide = deck.slides[0]
    crowded = replace(
        slide, steps=(*slide.steps, *(replace(s, place=f"{s.place}9") for s in slide.steps * 2)), lead=False
    )
    formulas = drawn(nodes_of(crowded), "#000000", "#ff0000", pictures=False)
    room = Box(48, 100, 864, 400)
    things = arrange([crowded], room, 24, formulas)
    assert max(t.box.y + t.box.height for t in things) <= 500.1
    assert max(t.size for t in things if hasattr(t, "node")) < 24


def test_a_wide_formula_gets_smaller_letters() -> None:
    letter = Symbol("x", "var")
    wide = row(*[x for _ in range(60) for x in (letter, Symbol("+", "op"))], letter)
    slide = Slide("steps", "t", ("Wide",), steps=(Step("1", 1, "=", (wide,), ("a reason",)),))
    things = arrange([slide], Box(48, 100, 864, 400), 24, drawn(nodes_of(slide), "#000000", "#ff0000", pictures=False))
    assert all(t.box.x + t.box.width <= 912.1 for t in things)


def test_words_are_measured_about_as_wide_as_they_are() -> None:
    # Arial and Liberation Sans, in thousandths of an em
    assert text_em("the log of a product is the sum of the logs") == pytest.approx(18.9, rel=0.06)
    assert lines(spans(("one two three",)), 3.0) == 3
    assert lines(spans(("one two three",)), 30.0) == 1
    assert lines(spans(("w" * 100,)), 10.0) == 8


def test_small_formulas_in_a_sentence_are_styled_text() -> None:
    given = deck_of("cross_entropy_is_nll").slides[0].given
    assert (
        plain(spans(given)).replace("\u00a0", " ")
        == "1 ≤ yt ≤ V for t = 1, …, T; and pt(k) > 0 for t = 1, …, T and k = 1, …, V"
    )
    lowered = [s for s in spans(given) if s.shift == -1]
    assert lowered and all(s.text == "t" and s.italic for s in lowered)
    n, y, m = (Symbol(x, "var") for x in ("n", "y", "m"))
    within = [plain(spans((Script(Symbol("KL", "fn"), Script(m, index)),))) for index in (n, y)]
    assert within == ["KLmₙ", "KLm_y"], "an index of an index is none of the name beside it"


# --- LibreOffice -----------------------------------------------------------------------------------------------------


def converted(data: bytes, folder: Path) -> Path:
    """The PDF that LibreOffice makes of a deck."""
    soffice = need("soffice", "libreoffice-impress, libreoffice-math")
    (folder / "deck.pptx").write_bytes(data)
    command = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "deck.pptx"], cwd=folder, capture_output=True, check=True, timeout=120)
    return folder / "deck.pdf"


def test_libreoffice_draws_it(tmp_path: Path) -> None:
    """The equations' letters are there, no inverted question mark of a formula that was not understood, no blank page, and
    no word outside of its page."""
    names = (*NAMES, "optimal_logit_gap", "cross_entropy_gradient", "argmax_probability_eq_argmin_cross_entropy")
    data = written(deck_of(*names, notation="pr", title="Everything"))
    pdf = converted(data, tmp_path)
    text = subprocess.run([need("pdftotext", "poppler-utils"), "-layout", pdf, "-"], capture_output=True, check=True)
    pages = text.stdout.decode().split("\f")[:-1]
    slides = slides_of(data)
    assert len(pages) == len(slides)
    for page, drawn_ in zip(slides, pages, strict=True):
        assert "¿" not in drawn_
        for shape in equations(page):
            letters = set(re.findall("[𝐴-𝑧α-ω𝛼-𝜛]", typed(shape)))
            assert letters <= set(drawn_), (typed(shape), drawn_)
    assert "𝐻" in pages[1] and "log" in pages[1] and "∑" in pages[1]
    boxes = subprocess.run([need("pdftotext", "poppler-utils"), "-bbox", pdf, "-"], capture_output=True, check=True)
    for left, top, right, bottom in re.findall(
        r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', boxes.stdout.decode()
    ):
        assert float(left) > 0 and float(top) > 0 and float(right) < 960 and float(bottom) < 540
    subprocess.run([need("pdftoppm", "poppler-utils"), "-r", "20", "-png", pdf, tmp_path / "p"], check=True)
    from PIL import Image

    for png in sorted(tmp_path.glob("p-*.png")):
        with Image.open(png) as image:
            assert len(image.convert("L").getcolors() or []) > 10, f"{png.name} is blank"


def test_libreoffice_draws_dark_slides_with_pictures(tmp_path: Path) -> None:
    pdf = converted(written(deck_of("cross_entropy_is_nll", template=load_template(dark=True))), tmp_path)
    subprocess.run([need("pdftoppm", "poppler-utils"), "-r", "40", "-png", pdf, tmp_path / "p"], check=True)
    from PIL import Image

    with Image.open(next(tmp_path.glob("p-*.png"))) as image:
        chain = image.convert("L").crop((0, 110, image.width // 2, 250))  # the equations
        assert chain.getextrema()[1] > 200, "light letters on the dark background"


def test_marks_do_not_change_what_is_compared() -> None:
    step = Step("1", 1, "=", (row(Symbol("x", "var"), Mark(Symbol("y", "var"))),))
    assert isinstance(step.parts[0], Row)
    slide = Slide("steps", "t", ("T",), steps=(step,), stamp=Stamp("t", "1", "0" * 16, "compact", "board"))
    carried = replace(slide, steps=(replace(step, carried=True),))
    shown = [read_back(written(Deck((s,), Template())))[1] for s in (slide, carried)]
    assert shown[0] == shown[1]


# --- files of others, damaged ones too ---------------------------------------------------------------------------------


def repacked(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A presentation with each of its parts changed, or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    return out.getvalue()


def in_part(part: str, before: bytes, after: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, content: content.replace(before, after) if name == part else content


RELATIONS = "ppt/_rels/presentation.xml.rels"
DAMAGED = {
    "external": in_part(RELATIONS, b'Target="slides/slide1.xml"', b'Target="https://x.example" TargetMode="External"'),
    "missing": in_part(RELATIONS, b'Target="slides/slide1.xml"', b'Target="slides/nothing.xml"'),
    "no relation": in_part("ppt/presentation.xml", b'r:id="rId2"', b'r:id="rId99"'),
    "another part": in_part(RELATIONS, b'Target="slides/slide1.xml"', b'Target="theme/theme1.xml"'),
    "no slide": lambda name, content: None if name == "ppt/slides/slide1.xml" else content,
}


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_a_slide_that_is_not_in_the_file_is_named(change: Callable[[str, bytes], bytes | None]) -> None:
    data = repacked(written(deck_of("cross_entropy_one_hot")), change)
    for read in (read_back, lambda data: written(deck_of("cross_entropy_one_hot"), into=data)):
        with pytest.raises(UserError, match=r"slide 1 of this presentation is not in the file|that can be read"):
            read(data)


def test_a_file_that_unpacks_to_very_much_is_refused() -> None:
    whole = written(deck_of("cross_entropy_one_hot"))

    def blown_up(more: bytes) -> bytes:
        return repacked(whole, lambda name, content: content + more if name == "docProps/app.xml" else content)

    for bomb in (blown_up(bytes(101_000_000)), blown_up(b"<a/>" * 4_000_001)):
        assert len(bomb) < 1_000_000
        with pytest.raises(UserError, match="takes more than is read of one when it is unpacked"):
            read_back(bomb)
    lying = bytearray(blown_up(bytes(101_000_000)))
    entry = lying.rindex(b"docProps/app.xml") - 46  # in the list at the end, which says how large each part is
    lying[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(UserError, match="not a PowerPoint presentation"):
        read_back(bytes(lying))


MACROS = "application/vnd.ms-office.vbaProject"


def of_kind(ending: str) -> bytes:
    """A presentation of that kind, as PowerPoint writes it: where the kind has macros, with some."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    presentation = Presentation(io.BytesIO(found_deck()))
    if ending.endswith("m"):
        part = Part(PackURI("/ppt/vbaProject.bin"), MACROS, presentation.part.package, b"macros")
        presentation.part.relate_to(part, "http://schemas.microsoft.com/office/2006/relationships/vbaProject")
    presentation.part._content_type = KINDS[ending]
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


@pytest.mark.parametrize("after", KINDS)
@pytest.mark.parametrize("before", KINDS)
def test_the_name_says_of_which_kind_a_file_is(before: str, after: str) -> None:
    """A template or a deck with macros may be added to; what is written is what its ending says, or PowerPoint would not open it."""
    deck = deck_of("cross_entropy_one_hot")
    data = write(deck, f"new{after}", Options(into=of_kind(before)))[f"new{after}"]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        types = file.read("[Content_Types].xml").decode()
        macros = [name for name in file.namelist() if "vba" in name]
    (said,) = re.findall(r'PartName="/ppt/presentation.xml" ContentType="([^"]*)"', types)
    assert said == KINDS[after]
    kept = before.endswith("m") and after.endswith("m")
    assert bool(macros) == (MACROS in types) == kept
    lost = about_file(of_kind(before), f"new{after}").left_out
    assert bool(lost) == (before.endswith("m") and not after.endswith("m"))
    assert [s.name for s in read_back(data)[0]] == ["cross_entropy_one_hot"]
