"""HTML slides, as Chromium shows them: one reveal.js file that fetches nothing."""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from browser import Browser, Page
from lectures import everything
from needs import missing
from sweep import dealt

from derive.board import catalogue
from derive.board.catalogue import find_theorem
from derive.errors import UserError
from derive.render.formula.nodes import Fence, Symbol, row
from derive.render.formula.notation import load_notation, notation_names
from derive.slides.command import Wish, make_deck
from derive.slides.deck import Deck, Options, Picture, Slide, Stamp, Step
from derive.slides.deck.build import Choice, build
from derive.slides.deck.stamps import line_digest
from derive.slides.deck.template import DARK, LIGHT, Template
from derive.slides.html import fragment, read_back, write
from derive.slides.html.text import Ink

VENDOR = Path(write.__code__.co_filename).parent / "vendor"
AXE = "4.14.1"


@cache
def made(
    *names: str, notation: str = "compact", detail: str = "board", template: Template | None = None, title: str = ""
) -> Deck:
    """The deck of these theorems, or of all."""
    theorems = [catalogue.find_theorem(n) for n in names] or catalogue.theorems()
    choice = Choice(load_notation(notation), notation, detail)
    return build([(t.name, t.derivation) for t in theorems], choice, template or Template(), title=title)


def html_of(deck: Deck, handout: bool = False) -> bytes:
    (data,) = write(deck, "deck.html", Options(handout=handout)).values()
    return data


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as b:
        yield b


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens a deck; afterwards nothing may have gone to the console, and nothing may have been fetched."""
    pages: list[Page] = []

    def opened(data: bytes, query: str = "", **size: Any) -> Page:
        file = tmp_path / f"deck-{len(pages)}.html"
        file.write_bytes(data)
        pages.append(browser.open(f"{file.as_uri()}{query}", **size))
        pages[-1].until("document.documentElement.dataset.ready === 'yes'")
        return pages[-1]

    yield opened
    for page in pages:
        page.close()
        assert page.console == []
        assert [r for r in page.requests[1:] if not r.startswith("data:")] == []


def rows(page: Page) -> list[str]:
    """The places of the lines that can be seen on the slide that is shown."""
    lines: list[str] = page.evaluate(
        """[...Reveal.getCurrentSlide().querySelectorAll('[data-line]')]
            .filter(r => getComputedStyle(r.querySelector(':scope > .formula') || r).visibility === 'visible')
            .map(r => r.dataset.line.split(' ').at(-1))"""
    )
    return lines


# --- stepping --------------------------------------------------------------------------------------------------------


def test_a_deck_is_stepped_through_line_by_line(show: Callable[..., Page]) -> None:
    deck = made("label_smoothing_residual", "one_le_perplexity", "kl_nonneg")
    page = show(html_of(deck))
    assert page.evaluate("document.querySelector('h1').textContent") == deck.title
    assert len(deck.sheets) < len(deck.slides)
    for sheet in deck.sheets:
        seen: set[str] = set()
        for slide in sheet:  # what stands below another comes at a click too
            page.press("ArrowRight")
            seen |= set(slide.places) & {"given", "claim", "assume"}
            seen |= {s.place for s in slide.steps if s.carried or not s.relation}
            assert set(rows(page)) == seen
            if slide.under and slide.stands(0):
                said = "document.querySelector('.aria-status').textContent"
                page.until(f"{said}.startsWith('{slide.title}') && !{said}.includes('equals')")
            for step in (s for s in slide.steps if s.relation and not s.carried):
                page.press("ArrowRight")
                (new,) = set(rows(page)) - seen
                assert new == step.place
                seen.add(new)
        assert page.evaluate("Reveal.availableFragments().next") is False
    assert page.evaluate("Reveal.isLastSlide()")


def test_going_back_takes_a_line_away(show: Callable[..., Page]) -> None:
    page = show(html_of(made("cross_entropy_one_hot")))
    page.press("ArrowRight")
    page.press("ArrowRight")
    assert set(rows(page)) == {"given", "claim", "start", "1", "2"}
    page.press("ArrowLeft")
    assert set(rows(page)) == {"given", "claim", "start", "1"}


def test_the_changed_part_is_coloured_while_its_line_is_the_newest(show: Callable[..., Page]) -> None:
    page = show(html_of(made("label_smoothing_residual")))
    coloured = """[...Reveal.getCurrentSlide().querySelectorAll('.changed')]
        .filter(c => getComputedStyle(c).color === 'rgb(168, 32, 26)')
        .map(c => c.closest('[data-line]').dataset.line)"""
    assert page.evaluate(coloured) == []
    page.press("ArrowRight")
    page.press("ArrowRight")
    assert page.evaluate(coloured) == ["label_smoothing_residual 2"]
    page.press("ArrowRight")  # the next slide repeats the line
    assert rows(page) == ["2"] and page.evaluate(coloured) == []


def test_a_reason_stands_on_the_base_line_of_its_formula(show: Callable[..., Page]) -> None:
    page = show(html_of(made("label_smoothing_residual_sequence")))
    apart = page.evaluate(
        """(() => {
            const base = (cell) => { // an empty box without height stands on the base line
                const mark = Object.assign(document.createElement('span'), {style: 'display:inline-block'});
                cell.prepend(mark);
                const y = mark.getBoundingClientRect().bottom;
                mark.remove();
                return y;
            };
            return [...Reveal.getCurrentSlide().querySelectorAll('.row')].map(r => {
                const cells = [...r.children].filter(c => c.textContent).map(c => c.querySelector('.part') || c);
                const lines = cells.map(base);
                return Math.max(...lines) - Math.min(...lines);
            });
        })()"""
    )
    assert max(apart) < 1


# --- nothing is cut off ----------------------------------------------------------------------------------------------

SHOW_ALL = """
    const style = document.createElement('style');
    style.textContent = `.reveal .slides > section.derive { display: flex !important; visibility: visible !important; }`;
    document.head.append(style);
"""
OUTSIDE = """(() => {
    %s
    const out = [];
    for (const slide of document.querySelectorAll('section.derive')) {
        const room = slide.getBoundingClientRect();
        const body = slide.querySelector('.body').getBoundingClientRect();
        for (const e of slide.querySelectorAll('h1, h2, h3, dt, dd, p, li, img, .reason, .formula, .katex-base, .foot span')) {
            if (e.closest('aside, .katex-mathml')) continue;
            const r = e.getBoundingClientRect();
            const low = e.closest('.body') ? body.bottom : room.bottom;
            const right = e.closest('.body') ? body.right : room.right;
            if (r.left < room.left - 1 || r.top < room.top - 1 || r.right > right + 1 || r.bottom > low + 1)
                out.push(`${slide.querySelector('h1, h2').textContent}: ${e.textContent} ${JSON.stringify([r, body])}`);
        }
    }
    return out;
})()"""
COLLIDING = """[...document.querySelectorAll('.row')].filter(r => {
    const formula = r.querySelector('.formula').getBoundingClientRect();
    const reason = r.querySelector(':scope > .reason');
    return reason && reason.textContent && [...r.querySelectorAll('.formula .katex-base')].some(
        b => b.getBoundingClientRect().right > reason.getBoundingClientRect().left + 1);
}).map(r => r.dataset.line)"""


WIDE = ("At the temperature",)
"""What the slide begins with whose claim is a little wider than 4:3 has room for."""


WAYS = list(itertools.product(notation_names(), ["16:9", "4:3"]))


@pytest.mark.parametrize(("notation", "aspect"), WAYS)
def test_every_formula_is_typeset_and_every_slide_has_room(
    show: Callable[..., Page], notation: str, aspect: str
) -> None:
    """Every theorem in one of these ways: no formula that KaTeX refuses, nothing outside its slide, and nothing had to be made
    smaller."""
    chosen = (t.name for t in dealt(catalogue.theorems(), (notation, aspect), WAYS))
    deck = made(*chosen, notation=notation, template=Template(aspect=aspect))
    page = show(html_of(deck), width=1280 if aspect == "16:9" else 960)
    formulas = page.evaluate("document.querySelectorAll('.tex > .katex').length")
    assert formulas == page.evaluate("document.querySelectorAll('.tex').length") > len(deck.slides)
    assert page.evaluate("[...document.querySelectorAll('.katex-error')].map(e => e.title)") == []
    assert page.evaluate("document.querySelectorAll('.formula .katex-base').length") >= len(deck.slides)  # KaTeX's name
    outside = page.evaluate(OUTSIDE % SHOW_ALL)
    assert [o[:160] for o in outside if aspect == "16:9" or not o.strip().startswith(WIDE)] == []
    assert page.evaluate(COLLIDING) == []
    page.evaluate("document.querySelectorAll('section.derive').forEach(derive.fit)")
    fitted = page.evaluate("[...document.querySelectorAll('[data-fitted]')].map(s => s.textContent)")
    assert [f[:160] for f in fitted if aspect == "16:9" or not f.strip().startswith(WIDE)] == []
    assert fallback_fonts(page) == []


def fallback_fonts(page: Page) -> list[str]:
    """The characters for which a font of the machine had to step in."""
    page.evaluate(
        """(() => {
            const seen = new Set(), box = document.createElement('div');
            box.id = 'letters';
            for (const e of document.querySelectorAll('section.derive *')) {
                if (e.closest('aside, .katex-mathml, .foot')) continue; // · is in none
                const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('');
                const s = getComputedStyle(e), font = `font: ${s.fontStyle} ${s.fontWeight} 16px ${s.fontFamily}`;
                for (const c of own.replace(/[\\s\\u200b\\u2060-\\u2064]/g, '')) seen.add(font + '\\n' + c);
            }
            for (const key of seen) {
                const [font, c] = key.split('\\n');
                box.append(Object.assign(document.createElement('span'), {style: font, textContent: c}));
            }
            document.body.append(box);
        })()"""
    )
    page.call("DOM.enable")
    page.call("CSS.enable")
    root = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    nodes = page.call("DOM.querySelectorAll", nodeId=root, selector="#letters span")["nodeIds"]
    out = []
    for node in nodes:
        fonts = page.call("CSS.getPlatformFontsForNode", nodeId=node)["fonts"]
        if not all(f["isCustomFont"] for f in fonts):
            out.append(f"{page.call('DOM.getOuterHTML', nodeId=node)['outerHTML']} {fonts}")
    assert nodes
    return out


def test_what_is_too_full_is_made_smaller(show: Callable[..., Page]) -> None:
    """The safety net, for a machine on which letters are wider."""
    formula = row(*[Symbol("x", "var"), Symbol("+", "op")] * 25, Symbol("y", "var"))
    steps = tuple(Step(str(n), n, "=", (formula,), ("a reason",)) for n in range(1, 14))
    page = show(html_of(Deck((Slide("steps", "wide", ("Too wide and too high",), steps=steps),), Template())))
    assert page.evaluate("document.querySelector('section').dataset.fitted") is not None
    assert page.evaluate(OUTSIDE % SHOW_ALL) == []


def test_a_formula_in_a_sentence_stays_on_one_line_unless_it_is_as_long_as_one() -> None:
    short, long = (row(*[Symbol("x", "var"), Symbol("=", "rel")] * n, Symbol("y", "var")) for n in (3, 30))
    assert Ink().prose(("as ", short, ",")).startswith('as <span class="word">')
    assert Ink().prose(("as ", long, ",")).startswith('as <span class="long">')


# --- who presents, who listens, who prints ---------------------------------------------------------------------------


def test_the_speakers_window_works_from_a_file(browser: Browser, show: Callable[..., Page]) -> None:
    page = show(html_of(made("cross_entropy_one_hot")))
    before = set(browser.targets)
    page.press("s")

    def opened() -> list[str]:
        return [t for t, info in browser.targets.items() if t not in before and info["type"] == "page"]

    browser.wait(lambda: bool(opened()), "the speaker's window")
    speaker = browser.attach(opened()[0])
    speaker.until("document.querySelectorAll('iframe').length === 2")
    speaker.until("getComputedStyle(document.querySelector('#connection-status')).display === 'none'")
    notes = "document.querySelector('.speaker-controls-notes .value').textContent"
    speaker.until(f"{notes}.includes('minus log p of y')")
    assert "Reason: definition of cross-entropy" in speaker.evaluate(notes)
    frames = speaker.call("Page.getFrameTree")["frameTree"]["childFrames"]
    assert all("receiver" in f["frame"]["url"] for f in frames)
    assert speaker.console == []
    assert all(r.startswith(("data:", "file:")) for r in speaker.requests)
    speaker.close()


def test_a_new_line_is_announced_in_words(show: Callable[..., Page]) -> None:
    page = show(html_of(made("cross_entropy_one_hot")))
    status = "document.querySelector('.aria-status').textContent"
    page.until(f"{status}.endsWith('H of delta sub y and p.')")
    assert page.evaluate(status).split(". ")[:3] == [
        "With a one-hot target, cross-entropy is the surprisal of the true token",
        "Given: y is between 1 and V; and p of k is greater than 0 for k from 1 to V",
        "Claim: H of delta sub y and p, equals minus log p of y",
    ]
    page.press("ArrowRight")
    page.until("document.querySelector('.aria-status').textContent.startsWith('This equals minus the sum')")
    assert page.evaluate("document.querySelectorAll('.tex math').length") > 5, "MathML stays for who reads by himself"
    assert page.evaluate("document.querySelectorAll('.tex .katex-html:not([aria-hidden=true])').length") == 0


@pytest.fixture(scope="session")
def axe() -> str:
    return vendored_from_npm()("axe-core", AXE)["axe.min.js"].decode()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("handout", [False, True], ids=["deck", "handout"])
def test_axe_finds_nothing_serious(
    show: Callable[..., Page], axe: str, dark: bool, handout: bool, tmp_path: Path
) -> None:
    template = Template(dark=dark, colors=DARK if dark else LIGHT, footer="Course 101")
    # on paper all that slides can show stands on one page
    deck = (
        everything(tmp_path, "html", template)
        if handout
        else made("label_smoothing_residual", template=template, title="One")
    )
    page = show(html_of(deck, handout))
    page.evaluate(axe + "; 0")
    for n in range(1 if handout else len(deck.slides) + 1):
        if not handout:
            page.evaluate(
                f"(Reveal.slide({n}), Reveal.getCurrentSlide().querySelectorAll('.fragment').forEach(f => f.classList.add('visible')))"
            )
        found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.impact, v.nodes.map(n => n.html)]))")
        assert [v for v in found if v[1] in ("serious", "critical")] == []


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_every_slide_of_a_lecture_has_room(show: Callable[..., Page], aspect: str, tmp_path: Path) -> None:
    deck = everything(tmp_path, "html", Template(aspect=aspect))
    page = show(html_of(deck), width=1280 if aspect == "16:9" else 960)
    page.evaluate(OUTSIDE % SHOW_ALL)
    page.evaluate("document.querySelectorAll('section.derive').forEach(derive.fit)")
    assert [o[:160] for o in page.evaluate(OUTSIDE % "")] == []
    fitted = page.evaluate("[...document.querySelectorAll('[data-fitted]')].map(s => Number(s.dataset.fitted))")
    # of joined lines a table of numbers is wide
    assert len(fitted) <= (aspect == "4:3") and min(fitted, default=1) >= 0.85


@pytest.mark.parametrize("query", ["", "?print-pdf"])
def test_printing_gives_a_page_for_each_slide(show: Callable[..., Page], tmp_path: Path, query: str) -> None:
    deck = made("label_smoothing_residual", "chain_rule", "kl_nonneg")
    page = show(html_of(deck), query)
    file = tmp_path / "deck.pdf"
    file.write_bytes(page.pdf())
    for tool in ("pdftotext", "pdftoppm"):
        if shutil.which(tool) is None:
            missing("poppler-utils", f"there is no {tool}")
    pages = subprocess.run(
        ["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")[:-1]
    assert len(pages) == len(deck.slides) + 1
    for shown, slide in zip(pages[1:], deck.slides, strict=True):
        for step in slide.steps:
            for words in (p for p in step.reason if isinstance(p, str)):
                assert words.split()[0] in shown
    subprocess.run(["pdftoppm", "-r", "20", "-gray", file, tmp_path / "p"], check=True)
    for picture in sorted(tmp_path.glob("p-*.pgm")):
        pixels = picture.read_bytes().split(b"255\n", 1)[1]
        assert sum(p < 128 for p in pixels) > 40, f"{picture.name} is blank"
    # relation and reason stand on one line on paper too
    box = subprocess.run(["pdftotext", "-bbox", file, "-"], check=True, capture_output=True, text=True).stdout
    words = [(m[2], float(m[1])) for m in re.finditer(r'yMax="([\d.]+)">([^<]*)<', box)]
    at = next(i for i, (w, _) in enumerate(words) if w == "linearity")
    assert any(w == "=" and abs(y - words[at][1]) < 6 for w, y in words[:at])


def test_a_handout_shows_every_line_once(show: Callable[..., Page]) -> None:
    deck = made("label_smoothing_residual", "chain_rule")
    data = html_of(deck, handout=True)
    page = show(data)
    assert page.evaluate("typeof Reveal") == "undefined"
    lines = [f"{s.name} {step.place}" for s in deck.slides for step in s.steps if not step.carried]
    claims = [f"{s.name} {p}" for s in deck.slides for p in s.places if p in ("given", "claim", "assume")]
    shown = page.evaluate("[...document.querySelectorAll('[data-line]')].map(e => e.dataset.line)")
    assert sorted(shown) == sorted(lines + claims)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- one file, safe to open ------------------------------------------------------------------------------------------


def test_one_theorem_is_one_small_file_and_always_the_same() -> None:
    data = html_of(made("cross_entropy_is_nll"))
    assert len(data) <= 700_000
    assert data == html_of(made("cross_entropy_is_nll"))
    markup = re.sub(rb"<script>.*?</script>|<!--.*?-->", b"", data, flags=re.DOTALL)
    assert not re.search(rb"""(src|href)=|url\((?!data:)|@import|https?:""", markup)


def test_only_the_decks_own_scripts_run(browser: Browser, tmp_path: Path) -> None:
    data = html_of(made("cross_entropy_one_hot"))
    assert data.count(b"<script>") - data.count(b"\t\t<script>") == 4
    file = tmp_path / "deck.html"
    smuggled = b"<script>document.title = 'smuggled'</script><img src=x onerror=\"document.title = 'smuggled'\"></body>"
    head, _, tail = data.rpartition(b"</body>")
    file.write_bytes(head + smuggled + tail)
    page = browser.open(file.as_uri())
    page.until("document.documentElement.dataset.ready === 'yes'")
    assert page.evaluate("document.title") != "smuggled"
    assert any("Content Security Policy" in line for line in page.console)
    page.close()


HOSTILE = '</script><script>alert(1)</script></style> "x" onload=alert(1) & $z$ \\(z\\) \\write18{ls} %s #1 \u202eevil\u202c \x00 `'


def hostile_deck() -> Deck:
    x = row(Symbol(HOSTILE, "name"), Symbol("+", "op"), Symbol(HOSTILE, "fn"), Fence("(", Symbol(HOSTILE, "text"), ")"))
    steps = (
        Step("start", 0, "", (Symbol("x", "var"),)),
        Step("1", 1, "=", (x, x), (HOSTILE, Symbol("y", "var"), HOSTILE), label=HOSTILE),
    )
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><script>alert(1)</script><rect width="2" height="1"/></svg>'
    slide = Slide(
        "plot", HOSTILE, (HOSTILE, x), title=HOSTILE, given=(HOSTILE,), claim=(x,), assumes=(HOSTILE,), steps=steps,
        notes=((HOSTILE,),), gaps=2, picture=Picture("p", HOSTILE, svg, b"", b"", 4, 2),
        stamp=Stamp(f"{HOSTILE}.py::t", "0", "0" * 16, HOSTILE, "board"),
    )  # fmt: skip
    return Deck((slide,), Template(footer=HOSTILE), HOSTILE, HOSTILE, ((HOSTILE,),))


@pytest.mark.parametrize("handout", [False, True], ids=["deck", "handout"])
def test_hostile_words_are_only_words(show: Callable[..., Page], handout: bool) -> None:
    data = html_of(hostile_deck(), handout)
    assert "\u202e" not in data.decode() and "\x00" not in data.decode()
    page = show(data)
    assert page.evaluate("document.querySelectorAll('script').length") == (2 if handout else 4)
    assert page.evaluate("document.querySelectorAll('.katex-error').length") == 0
    visible = re.sub("[\u202e\u202c\x00]", "", HOSTILE).split()
    assert page.evaluate("document.querySelector('h1').textContent").split() == visible
    assert page.evaluate("document.querySelector('img').alt").split() == visible
    stamps, shown = read_back(data)
    assert stamps[0].notation == HOSTILE
    assert all(line_digest(s.text) == s.digest for s in shown)


def test_the_template_gives_colours_font_logo_and_footer(show: Callable[..., Page], tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="2" height="1"/></svg>')
    template = Template("4:3", True, DARK, "DejaVu Sans", str(logo), "Course 101")
    page = show(html_of(made("cross_entropy_one_hot", template=template)), width=960)
    look = "getComputedStyle(document.querySelector('{}'))"
    assert page.evaluate(look.format(".reveal-viewport") + ".backgroundColor") == "rgb(20, 23, 28)"
    assert page.evaluate(look.format("section.derive") + ".width") == "960px"
    assert page.evaluate(look.format(".heading") + ".fontFamily").startswith('"DejaVu Sans", KaTeX_SansSerif')
    assert page.evaluate(look.format(".logo") + ".backgroundImage").startswith('url("data:image/svg+xml;base64,')
    assert "Course 101" in page.evaluate("document.querySelector('.foot').textContent")
    logo.unlink()
    with pytest.raises(UserError, match="logo"):
        html_of(made("cross_entropy_one_hot", template=template))


def test_a_plot_is_a_picture_with_words(show: Callable[..., Page]) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="2" height="1"/></svg>'
    picture = Picture("p", "The loss falls & rises.", svg, b"", b"", 24, 12)
    page = show(html_of(Deck((Slide("plot", "p", ("A plot",), picture=picture),), Template())))
    img = page.evaluate(
        "(({alt, width, height, naturalWidth}) => [alt, width, height, naturalWidth > 0])(document.querySelector('img'))"
    )
    assert img == ["The loss falls & rises.", 768, 384, True]


# --- what a file shows -----------------------------------------------------------------------------------------------


def test_a_deck_says_what_it_shows() -> None:
    deck = made("cross_entropy_one_hot")
    stamps, shown = read_back(html_of(deck))
    assert stamps == list(deck.stamps)
    assert [(s.theorem, s.place) for s in shown] == [
        ("cross_entropy_one_hot", p) for p in ("given", "claim", "1", "start", "2", "3")
    ]
    assert shown[3].text == r"H(\delta_y, p)"
    assert shown[2].text == r"=\htmlClass{changed}{-\sum_{k=1}^V \delta_y(k) \log p(k)}definition of cross-entropy"
    assert all(line_digest(s.text) == s.digest for s in shown)


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("definition of the <span", "property of the <span", "2"),
        (r"\delta_y(k) \log p(k)", r"\delta_y(k) \ln p(k)", "1"),
        (r"H(\delta_y, p)</span></div></div><div", r"H(p, \delta_y)</span></div></div><div", "start"),
    ],
)
def test_an_edit_by_hand_is_found(before: str, after: str, place: str) -> None:
    source = html_of(made("cross_entropy_one_hot")).decode()
    assert source.count(before) == 1
    _, shown = read_back(source.replace(before, after).encode())
    assert [s.place for s in shown if line_digest(s.text) != s.digest] == [place]


def test_layout_of_the_source_is_no_edit() -> None:
    source = html_of(made("cross_entropy_one_hot")).decode()
    source = source.replace('<div class="rel">', '\r\n   <div class="rel">\r\n')
    assert all(line_digest(s.text) == s.digest for s in read_back(source.encode())[1])


def test_a_page_that_a_browser_saved_is_refused(show: Callable[..., Page]) -> None:
    page = show(html_of(made("cross_entropy_one_hot")))
    saved = page.evaluate("document.documentElement.outerHTML")
    with pytest.raises(UserError, match="saved by a browser"):
        read_back(saved.encode())
    with pytest.raises(UserError, match="UTF-8"):
        read_back(b"\xff\xfe<")
    assert read_back(b"<p>some other page") == ([], [])


# --- a fragment ------------------------------------------------------------------------------------------------------


def test_a_fragment_is_sections_with_formulas_between_delimiters(show: Callable[..., Page]) -> None:
    deck = made("label_smoothing_residual", "chain_rule")
    piece = fragment(deck, Options())
    assert piece.count("<section") == piece.count("</section>") == len(deck.slides)
    assert "<script" not in piece and 'class="tex' not in piece
    formulas = re.findall(r"\\\((.*?)\\\)", piece)
    assert r"\textcolor{#a8201a}" in "".join(formulas)
    page = show(html_of(deck))  # for its KaTeX, which here is not told to trust anything
    import html

    for source in formulas[1:]:  # the first one is in the comment
        page.evaluate(f"katex.renderToString({json.dumps(html.unescape(source))})")
    in_deck = {(s.theorem, s.place): s.digest for s in read_back(html_of(deck))[1]}
    stamps, shown = read_back(piece.encode())
    assert stamps == list(deck.stamps)
    assert {(s.theorem, s.place): s.digest for s in shown} == in_deck
    assert all(line_digest(s.text) == s.digest for s in shown)


def test_words_of_a_fragment_are_not_taken_for_formulas() -> None:
    piece = fragment(hostile_deck(), Options()).split("</style>", 1)[1]
    words = re.sub(r"\\\(.*?\\\)", "", re.sub(r'"[^"]*"', "", piece))
    assert "$" not in re.sub(r"<span>[$\\]</span>", "", words)
    assert "\\(" not in words and "<script>" not in piece


# --- what others wrote -----------------------------------------------------------------------------------------------


def vendoring() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update", VENDOR / "update.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vendored_from_npm() -> Callable[[str, str], dict[str, bytes]]:
    """Fetches a package, as the script in the folder does."""
    if shutil.which("npm") is None:
        missing("npm (Debian)", "there is no npm")
    published = vendoring().published

    def fetched(package: str, version: str) -> Any:
        try:
            return published(package, version)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            missing("npm (Debian)", f"npm cannot fetch {package}: {error.stderr}")

    return fetched


def test_vendored_files_are_unmodified() -> None:
    update = vendoring()
    assert update.modified() == []
    licences = {p: entry["licence"] for p, entry in update.read_manifest().items()}
    assert licences == {"katex": "MIT", "reveal.js": "MIT"}
    assert all("Permission is hereby granted" in (VENDOR / p / "LICENSE").read_text() for p in licences)


@pytest.mark.parametrize("package", ["katex", "reveal.js"])
def test_vendored_files_are_those_of_the_published_package(package: str) -> None:
    update = vendoring()
    entry = update.read_manifest()[package]
    files = vendored_from_npm()(package, entry["version"])
    assert {f: update.digest(files[f]) for f in entry["files"]} == entry["files"]


def test_the_file_has_the_licences_and_the_scripts_as_published() -> None:
    source = html_of(made("cross_entropy_one_hot")).decode()
    for name in ("katex/katex.min.js", "reveal.js/reveal.js", "reveal.js/plugin/notes.js", "reveal.js/reveal.css"):
        assert (VENDOR / name).read_text(encoding="utf-8").strip() in source
    assert source.count("Permission is hereby granted") == 2


# --- terms that move --------------------------------------------------------------------------------------------------


def coloured() -> Deck:
    name = "cross_entropy_eq_entropy_add_kl"
    return make_deck([(name, find_theorem(name).derivation)], Wish(colours=("entropy=blue",)))


def moving(page: Page) -> list[list[float]]:
    """Where the terms of the newest line start and end their way, from where they belong."""
    page.press("ArrowRight")
    found: list[list[float]] = page.evaluate(
        """document.getAnimations().filter(a => a.effect.target.closest('.row')).map(a => {
             const ways = a.effect.getKeyframes().flatMap(f => [parseFloat(f.left), parseFloat(f.top)]);
             a.finish(); return ways; })"""
    )
    return found


def test_terms_with_a_colour_move_to_their_place(show: Callable[..., Page]) -> None:
    (data,) = write(coloured(), "deck.html", Options(move=True)).values()
    page = show(data)
    before = page.evaluate("document.querySelector('.row .katex-html .term2').getBoundingClientRect().left")
    (first, *_) = moving(page)
    assert first[2:] == [0, 0] and abs(first[0]) > 10  # from the left side to the right one
    assert page.evaluate("document.querySelector('.row .katex-html .term2').getBoundingClientRect().left") == before


@pytest.mark.parametrize(("move", "media"), [(False, {}), (True, {"prefers-reduced-motion": "reduce"})])
def test_nothing_moves_unasked_or_where_motion_is_unwanted(
    show: Callable[..., Page], move: bool, media: dict[str, str]
) -> None:
    (data,) = write(coloured(), "deck.html", Options(move=move)).values()
    assert moving(show(data, **media)) == []
