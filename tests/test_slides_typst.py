"""Slides through Typst: PDF, SVG, PNG and source, measured by Typst itself.

The whole catalogue goes through PDF/UA-1, which refuses a formula without words or a heading out of order.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lectures import everything
from needs import need
from sweep import dealt
from test_render_typst import typst

from derive.board.catalogue import find_theorem, theorems
from derive.errors import UserError
from derive.render.formula.nodes import Node, Symbol, row
from derive.render.formula.notation import load_notation, notation_names
from derive.slides.deck import Deck, Options, Picture, Slide
from derive.slides.deck.build import Choice, build
from derive.slides.deck.flow import flowing
from derive.slides.deck.stamps import provenance, stamp_text
from derive.slides.deck.template import DARK, LIGHT, Template
from derive.slides.typst import files_beside, fragment, numbered, write
from derive.slides.typst.source import PAPER, slides, steps_of, title_slides
from derive.values import replace

HOSTILE = "<script>alert(1)</script> \\write18{x} $x$ % #sys @a _b_ *c* `d` ~ [e] -- ... // /* https://x.org \u202eabc\x07 );["
SVG = "{http://www.w3.org/2000/svg}"
STUB = {
    "typst.toml": '[package]\nname = "touying"\nversion = "0.7.4"\nentrypoint = "lib.typ"\n',
    "lib.typ": '#import "themes.typ"\n#let pause = metadata("pause")\n'
    "#let config-page(..args) = args.named()\n#let config-common(..args) = args.named()\n",
    "themes.typ": '#import "simple.typ"\n',
    "simple.typ": """
#let simple-theme(aspect-ratio: "16-9", footer: none, primary: black, ..configs, body) = {
  set page(paper: "presentation-" + aspect-ratio, margin: 50pt, footer: footer, ..configs.pos().first())
  show heading.where(level: 2): it => pagebreak(weak: true) + it
  body
}
#let title-slide(body) = align(center + horizon, body)
""",
}
"""What the source for Touying uses of it; the package itself would have to be fetched."""


def deck(*names: str, notation: str = "", template: Template | None = None, detail: str = "board") -> Deck:
    derivations = [(name, find_theorem(name).derivation) for name in names]
    return build(derivations, Choice(load_notation(notation or None), notation, detail), template or Template())


@pytest.fixture(scope="module")
def short() -> Deck:
    """One theorem, of which the first slide is enough for what is not about layout."""
    return deck("cross_entropy_one_hot")


def pages_of(data: bytes) -> int:
    """Of a PDF."""
    return max(int(n) for n in re.findall(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)", data))


def clicks(s: Slide) -> int:
    return steps_of(s)[1][-1][0] if s.steps else 0


def pictures(d: Deck, overlays: bool = True) -> list[ElementTree.Element]:
    typst()
    return [ElementTree.fromstring(data) for data in write(d, "a.svg", Options(handout=not overlays)).values()]


def signs(element: ElementTree.Element, where: str = "") -> Iterator[tuple[str, str, str]]:
    """Every sign that is drawn: where, which, and in which colour."""
    where += element.get("transform", "")
    if element.tag == f"{SVG}use":
        glyph = next(v for k, v in element.items() if k.endswith("href"))
        yield f"{where} {element.get('x')}", glyph, element.get("fill", "")
    for child in element:
        yield from signs(child, where)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_pdf_has_a_page_for_each_click(short: Deck) -> None:
    typst()
    (data,) = write(short, "lecture.pdf", Options()).values()
    pages = sum(1 + clicks(s) for s in short.slides)
    assert data.startswith(b"%PDF-1.7")
    assert pages_of(data) == pages == 4


def test_pictures_are_numbered(short: Deck) -> None:
    typst()
    assert list(write(short, "lecture.svg", Options())) == [f"lecture-0{i}.svg" for i in (1, 2, 3, 4)]
    assert list(write(short, "lecture.png", Options(handout=True))) == ["lecture.png"]
    assert numbered("a/b.svg", 120)[:2] == ["a/b-001.svg", "a/b-002.svg"]


def test_a_png_is_as_wide_as_a_screen(short: Deck) -> None:
    from PIL import Image

    typst()
    for aspect, size in (("16:9", (1920, 1080)), ("4:3", (1920, 1440))):
        (data,) = write(replace(short, template=Template(aspect)), "a.png", Options(handout=True)).values()
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            assert image.size == size
            assert stamp_text(short.stamps[0]) in image.info["Comment"]
            assert "equals minus log p of y" in image.info["Description"]


def test_an_svg_can_be_listened_to(short: Deck) -> None:
    first, *_, last = pictures(short)
    assert "Claim: H of delta sub y and p, equals minus log p of y" in first.get("aria-label", "")
    assert "the indicator picks out its one term" in last.get("aria-label", "")
    assert "the indicator picks out its one term" not in first.get("aria-label", "")
    assert first.findtext(f"{SVG}metadata") == stamp_text(short.stamps[0])


@pytest.mark.parametrize("name", ["a.pdf", "a.svg", "a.png", "a.typ"])
def test_the_same_deck_is_the_same_file(name: str, short: Deck) -> None:
    typst()
    assert write(short, name, Options()) == write(short, name, Options())


def test_a_pdf_says_what_it_is_and_where_it_is_from(short: Deck) -> None:
    typst()
    data = write(short, "a.pdf", Options())["a.pdf"].decode("latin-1")
    assert "/Title(With a one-hot target, cross-entropy is the surprisal of the true token)" in data
    assert stamp_text(short.stamps[0]) in data
    assert "/Lang(en-GB)" in data
    assert "<pdfuaid:part>1</pdfuaid:part>" in data
    source = write(short, "a.typ", Options())["a.typ"].decode()
    assert f"provenance: [{provenance(short.stamps[0])}]".replace("_", "\\_") in source


def test_another_ending_is_refused(short: Deck) -> None:
    with pytest.raises(UserError, match=r"Typst makes \.pdf"):
        write(short, "a.gif", Options())


def test_without_typst_the_source_is_written_and_the_rest_says_what_to_install(
    short: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert write(short, "a.typ", Options())
    assert write(short, "a.typ", Options(flavour="touying"))
    with pytest.raises(UserError, match=re.escape("pip install '.[slides]' in derive's folder")):
        write(short, "a.pdf", Options())


def test_a_font_that_is_not_there_is_refused(short: Deck) -> None:
    typst()
    with pytest.raises(UserError, match="'No Such Font' of the template is not installed"):
        write(replace(short, template=Template(font="No Such Font")), "a.pdf", Options())


# --- step by step ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["label_smoothing_residual", "maximum_le", "label_smoothing_residual_off"])
def test_nothing_moves_from_click_to_click(name: str) -> None:
    d = deck(name, notation="pr", template=Template("4:3") if name.endswith("off") else None)
    pages = iter(pictures(d))
    for sheet in d.sheets:
        before: set[tuple[str, str]] = set()
        for _ in range(sum(1 + clicks(s) for s in sheet)):
            now = {(where, glyph) for where, glyph, _ in signs(next(pages))}
            assert before < now, "a sign has moved, or nothing has come"
            before = now
    assert next(pages, None) is None


def test_what_a_step_changed_is_highlighted_while_the_step_is_new() -> None:
    d = deck("cross_entropy_one_hot")
    start, first, second, third = ({w for w, _, colour in signs(p) if colour == LIGHT.changed} for p in pictures(d))
    assert not start
    assert second
    assert not second & third
    assert not first & second
    (printed,) = pictures(d, overlays=False)
    assert all(colour != LIGHT.changed for _, _, colour in signs(printed))


def test_a_line_that_is_carried_over_stands_there_from_the_start() -> None:
    d = deck("label_smoothing_residual")
    carried = d.slides[1].steps[0]
    assert carried.carried
    pages = pictures(d)
    first_of_second = pages[1 + clicks(d.slides[0])]
    assert ". minus the sum over k from 1 to" in first_of_second.get("aria-label", "")
    assert all(colour != LIGHT.changed for _, _, colour in signs(first_of_second))


# --- the whole catalogue ---------------------------------------------------------------------------------------------

NARROWER = frozenset(["entropy_gradient", "confidence_penalty_gradient", "logsumexp_one_more"])
"""Theorems with a line that no break makes narrow enough for 4:3: it is drawn smaller."""


WAYS = list(itertools.product(notation_names(), PAPER))


@pytest.mark.parametrize(("notation", "aspect"), WAYS)
def test_every_derivation_fits_its_slides_and_is_accessible(notation: str, aspect: str, tmp_path: Path) -> None:
    """Nothing had to be drawn smaller at 16:9, and little at 4:3; PDF/UA-1 is kept, and there is no ink in the margins."""
    from PIL import Image

    d = deck(
        *(t.name for t in dealt(theorems(), (notation, aspect), WAYS)), notation=notation, template=Template(aspect)
    )
    file = tmp_path / "all.typ"
    file.write_text(slides(d, overlays=False), encoding="utf-8")
    compiler = typst().Compiler(str(file), ignore_system_fonts=True)
    before = len(title_slides(d))
    shrunk = json.loads(compiler.query("<fit>", field="value"))
    named = [d.sheets[s["page"] - before - 1][0] for s in shrunk]
    wide = NARROWER if aspect == "4:3" else frozenset()
    assert not [s for s in named if s.name not in wide], [f"{s.name} {s.part}/{s.parts}" for s in named]

    assert compiler.compile(format="pdf", pdf_standards=["ua-1"]).startswith(b"%PDF")

    pages = compiler.compile(format="png", ppi=24)
    assert len(pages) == before + len(d.sheets)
    width, height = (side // 3 for side in PAPER[aspect])
    margin = round((PAPER[aspect][0] - 24 * d.template.width) / 6) - 2  # of the 1/3 of a point that a pixel is here
    for page, (s, *_) in zip(pages[before:], d.sheets, strict=True):
        with Image.open(io.BytesIO(page)) as image:
            grey = image.convert("L")
            for box in ((0, 0, margin, height), (width - margin, 0, width, height), (0, height - 5, width, height)):
                assert grey.crop(box).getextrema() == (255, 255), f"{s.name} {s.part}/{s.parts}: ink in the margin"


@pytest.mark.parametrize("aspect", PAPER)
def test_a_lecture_fits_its_slides_and_is_accessible(aspect: str, tmp_path: Path) -> None:
    d = everything(tmp_path, "typst", Template(aspect=aspect))
    for name, data in files_beside(d).items():
        (tmp_path / name).write_bytes(data)
    file = tmp_path / "all.typ"
    file.write_text(slides(d, overlays=False), encoding="utf-8")
    compiler = typst().Compiler(str(file), ignore_system_fonts=True)
    smaller = [f["factor"] for f in json.loads(compiler.query("<fit>", field="value"))]
    assert min(smaller, default=1) > 0.95 and len(smaller) < 2
    assert compiler.compile(format="pdf", pdf_standards=["ua-1"]).startswith(b"%PDF")


def test_a_slide_that_is_too_full_is_drawn_smaller_and_says_so(tmp_path: Path) -> None:
    d = deck("label_smoothing_residual")
    first, second = d.slides
    full = replace(first, steps=(*first.steps, *second.steps, *second.steps))
    fine = replace(first, steps=(replace(first.steps[1], parts=first.claim * 2),), lead=False)
    long = replace(first, steps=(), claim=(_repeated(first, 3),), claim_term=None)
    source = slides(replace(d, slides=(full, fine, long)), overlays=False)
    found = json.loads(typst().query(source.encode(), "<fit>", field="value", ignore_system_fonts=True))
    assert [f["page"] for f in found] == [1, 3]
    assert all(0.2 < f["factor"] < 1 for f in found)


def _repeated(s: Slide, times: int) -> Node:
    return row(*(x for _ in range(times) for x in (Symbol("+", "op"), *s.claim)))


# --- handouts --------------------------------------------------------------------------------------------------------


def test_a_short_deck_is_one_page_to_print() -> None:
    typst()
    for name in ("kl_nonneg", "label_smoothing_residual_sequence", "cross_entropy_gradient_any_target"):
        for notation in ("compact", "pr"):
            data = write(deck(name, notation=notation), "a.pdf", Options(handout=True))["a.pdf"]
            assert pages_of(data) == 1, name


def test_on_paper_words_have_nine_points(tmp_path: Path) -> None:
    typst()
    (tmp_path / "a.pdf").write_bytes(
        write(deck("label_smoothing_residual_sequence"), "a.pdf", Options(handout=True))["a.pdf"]
    )
    pages = subprocess.run(
        [need("pdftohtml", "poppler-utils"), "-xml", "-stdout", "-zoom", "1", tmp_path / "a.pdf"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    fonts = {i: (int(size), color) for i, size, color in re.findall(r'id="(\d+)" size="(\d+)".*?color="(#\w+)"', pages)}
    words = re.findall(r'font="(\d+)">(?:<[bi]>)?(?:Given|definition|the sum)', pages)
    assert words
    assert all(fonts[i][0] >= 9 for i in words), fonts


def test_a_longer_one_takes_the_pages_that_it_needs() -> None:
    typst()
    d = deck(
        "kl_nonneg", "chain_rule", "label_smoothing_residual", "logsumexp_gradient", "kl_eq_zero_iff", "softmax_shift"
    )
    data = write(d, "a.pdf", Options(handout=True))["a.pdf"]
    assert 2 <= pages_of(data) <= 4
    source = write(d, "a.typ", Options(handout=True))["a.typ"].decode()
    assert all(f"[{provenance(s)}]".replace("_", "\\_") in source for s in d.stamps)


def test_a_handout_has_every_line_once() -> None:
    d = deck("label_smoothing_residual")
    (group,) = flowing(d.slides)
    (chain,) = group
    assert len(d.slides) == 2
    places = [s.place for _, s in steps_of(chain)[1]]
    assert sorted(set(places)) == sorted(places)
    assert len(places) == len(find_theorem("label_smoothing_residual").derivation.lines) + 1


def test_dark_slides_are_printed_on_white() -> None:
    d = deck("kl_nonneg", template=Template(dark=True, colors=DARK))
    assert DARK.background in write(d, "a.typ", Options())["a.typ"].decode()
    assert DARK.background not in write(d, "a.typ", Options(handout=True))["a.typ"].decode()


# --- source ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", notation_names())
def test_a_fragment_goes_into_a_document(notation: str) -> None:
    """In the letters of the document, and as accessible as before."""
    piece = fragment(deck("label_smoothing_residual", "chain_rule", "kl_eq_zero_iff", notation=notation), Options())
    document = f'#set document(title: "Notes")\n#set text(lang: "en")\n= Notes\nBefore.\n\n{piece}\nAfter #math.equation(alt: "a", $a$).'
    data, warnings = typst().compile_with_warnings(
        document.encode(), format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True
    )
    assert data.startswith(b"%PDF")
    assert not warnings
    assert "#set page" not in piece
    assert piece.count("#math.equation(block: true") == 3 + 1 + 2 + 3  # claims, and chains


def test_plain_source_compiles_by_itself(short: Deck) -> None:
    for options in (Options(flavour="plain"), Options(handout=True)):
        (source,) = write(short, "a.typ", options).values()
        assert b"#import" not in source
        pages, warnings = typst().compile_with_warnings(source, format="svg", ignore_system_fonts=True)
        assert not warnings
        assert isinstance(pages, bytes) == options.handout


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "packages" / "preview" / "touying" / "0.7.4"
    folder.mkdir(parents=True)
    for name, text in STUB.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path / "packages"


@pytest.mark.parametrize("aspect", PAPER)
def test_touying_source_is_valid(aspect: str, packages: Path) -> None:
    d = deck(
        "label_smoothing_residual_off", "chain_rule", "inference_objective", notation="theta", template=Template(aspect)
    )
    source = write(d, "a.typ", Options(flavour="touying"))["a.typ"].decode()
    assert '#import "@preview/touying:0.7.4": *' in source
    assert len(re.findall(r"\bpause &", source)) == sum(clicks(s) for s in d.slides)
    compile_with(source, packages)


def compile_with(source: str, packages: Path) -> None:
    data = typst().compile(source.encode(), format="pdf", package_path=str(packages), ignore_system_fonts=True)
    assert data.startswith(b"%PDF")


def test_a_touying_handout() -> None:
    source = write(deck("kl_nonneg"), "a.typ", Options(handout=True, flavour="touying"))["a.typ"].decode()
    assert "config-common(handout: true)" in source


# --- what stands on slides -------------------------------------------------------------------------------------------


def test_text_is_only_text(packages: Path) -> None:
    typst()
    d = deck("cross_entropy_one_hot")
    s = d.slides[0]
    formula = s.steps[-1].parts[0]
    step = replace(s.steps[-1], reason=(HOSTILE, formula, "(x)", formula, ".y", formula, ";z", formula, "[c]"))
    assert s.stamp is not None
    hostile = replace(
        s, name=HOSTILE, heading=(HOSTILE,), title=HOSTILE, given=(HOSTILE,), assumes=(HOSTILE,), notes=((HOSTILE,),),
        steps=(*s.steps[:-1], step), stamp=replace(s.stamp, name=HOSTILE),
    )  # fmt: skip
    d = Deck((hostile,), Template(footer=HOSTILE), HOSTILE, f"= {HOSTILE}", ((HOSTILE,), ("1. a",), ("- b",)))
    for options in (Options(), Options(handout=True)):
        assert write(d, "a.pdf", options)["a.pdf"].startswith(b"%PDF")
        assert "\u202e" not in write(d, "a.typ", options)["a.typ"].decode()
    for page in write(d, "a.svg", Options()).values():
        assert not list(ElementTree.fromstring(page).iter(f"{SVG}script"))
        assert b"alert" in page
        assert b"<script>" not in page
    compile_with(write(d, "a.typ", Options(flavour="touying"))["a.typ"].decode(), packages)
    compile_with(fragment(d, Options()), packages)


def test_a_character_that_no_font_has_is_shown_by_its_number(short: Deck) -> None:
    typst()
    strange = replace(short, slides=(replace(short.slides[0], heading=("an \U0001342f owl",)),))
    assert write(strange, "a.pdf", Options())["a.pdf"].startswith(b"%PDF")


def test_gaps_are_told(short: Deck) -> None:
    gaps = replace(short, slides=tuple(replace(s, ends=False, gaps=2) for s in short.slides))
    source = slides(gaps)
    assert "text(fill: colors.changed)[2 gaps are left]" in source
    assert "∎" not in source
    assert "2 gaps are left" in fragment(gaps, Options())


def test_plots_and_logos_are_files_beside_the_source(short: Deck, tmp_path: Path) -> None:
    typst()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><path d="M0 0 L90 60" stroke="red"/></svg>'
    logo = tmp_path / "our logo.SVG"
    logo.write_text(svg, encoding="utf-8")
    plot = Slide("plot", "t", ("A plot",), picture=Picture("t-plot-1", 'a line, "red"', svg, b"", b"", 30, 12))
    d = Deck((*short.slides, plot), Template(logo=str(logo), footer="Course 101"))
    assert list(write(d, "a.typ", Options())) == ["a.typ", "a-t-plot-1.svg", "a-logo.svg"]
    assert list(write(d, "a.pdf", Options())) == ["a.pdf"]
    last = list(write(d, "a.svg", Options()).values())[-1]
    assert b"a line, &quot;red&quot;" in last
    assert last.count(b"<image") == 2


def test_a_deck_of_many_has_slides_of_contents() -> None:
    names = [t.name for t in theorems()]
    d = deck(*names[:5])
    assert len(title_slides(d)) == 1
    d = deck(*names[:30])
    assert len(title_slides(d)) > 3
    assert "".join(title_slides(d)).count("[") >= 30


@pytest.mark.parametrize("detail", ["full", "claim"])
def test_other_levels_of_detail(detail: str) -> None:
    typst()
    d = deck("exercise_2_forgotten_condition", detail=detail)
    data = write(d, "a.pdf", Options())["a.pdf"]
    assert pages_of(data) == sum(1 + clicks(s) for s in d.slides)
    if detail == "full":
        assert 'label: "1"' in write(d, "a.typ", Options())["a.typ"].decode()


@pytest.mark.parametrize("ending", ["pdf", "svg", "png"])
def test_a_picture_of_dots_is_a_logo_too(ending: str, tmp_path: Path) -> None:
    """Typst takes only texts from memory, so the files stand in a folder while it runs."""
    from click.testing import CliRunner
    from PIL import Image

    from derive.cli import main

    Image.new("RGB", (8, 8), "red").save(tmp_path / "logo.png")
    target = tmp_path / f"deck.{ending}"
    words = ["slides", "cross_entropy_one_hot", "-o", str(target), "--logo", str(tmp_path / "logo.png")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert list(tmp_path.glob(f"deck*.{ending}"))
