"""Markdown slides, as pandoc, Marp and Slidev read them, and as a browser shows what they make of it.

Needs pandoc, nodejs, npm and chromium (Debian), and @marp-team/marp-core and @slidev/parser, which npm installs.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browser import Browser
from needs import missing, need_font
from npm import node, packages
from sweep import dealt

from derive.board import catalogue
from derive.errors import UserError
from derive.render.formula.nodes import Fence, Mark, Symbol, UnderBrace, row
from derive.render.formula.notation import load_notation, notation_names
from derive.slides.deck import Deck, Options, Picture, Slide, Stamp, Step
from derive.slides.deck.build import Choice, build
from derive.slides.deck.stamps import line_digest
from derive.slides.deck.template import DARK, Template
from derive.slides.markdown import FLAVOURS, fragment, read_back, write
from derive.values import replace

MARP, SLIDEV = "4.4.0", "52.14.2"
VENDOR = Path(write.__code__.co_filename).parents[1] / "html" / "vendor"
WITH_ALL = "label_smoothing_residual"  # conditions, claim, underbrace, highlighted parts, a carried line
NAMESPACE = {"m": "http://www.w3.org/1998/Math/MathML"}


@cache
def made(
    *names: str, notation: str = "compact", detail: str = "board", template: Template | None = None, title: str = ""
) -> Deck:
    """The deck of these theorems, or of all that are tried in the notation."""
    theorems = [catalogue.find_theorem(n) for n in names] or dealt(catalogue.theorems(), notation, notation_names())
    choice = Choice(load_notation(notation), notation, detail)
    return build([(t.name, t.derivation) for t in theorems], choice, template or Template(), title=title)


def markdown(deck: Deck, flavour: str = "quarto", handout: bool = False) -> str:
    return write(deck, "deck.md", Options(flavour=flavour, handout=handout))["deck.md"].decode()


def pandoc(source: str, *options: str) -> str:
    """The HTML that pandoc makes of it, without a warning."""
    if shutil.which("pandoc") is None:
        missing("pandoc (Debian)", "there is no pandoc")
    command = ["pandoc", "--to=revealjs", *options]
    done = subprocess.run(command, input=source, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr, done.stderr[:2000]
    return done.stdout


def slides_in(reveal: str) -> list[ElementTree.Element]:
    """The slides that pandoc made; its HTML is well-formed."""
    return list(ElementTree.fromstring(f"<body>{reveal.replace('&nbsp;', ' ')}</body>").iter("section"))


def words(element: ElementTree.Element) -> str:
    """What can be read in an element; formulas as their LaTeX."""
    return " ".join("".join(element.itertext()).split())


@pytest.fixture(scope="module")
def marp() -> Any:
    """Renders Marp's Markdown: {html: one for each slide, css, comments}."""
    folder = packages(marp_team__marp_core=MARP)
    script = (
        "import core from '@marp-team/marp-core'; import { readFileSync } from 'node:fs';\n"
        "const out = new core.Marp({ script: false }).render(readFileSync(0, 'utf8'), { htmlAsArray: true });\n"
        "console.log(JSON.stringify(out));"
    )
    return cache(lambda source: json.loads(node(script, folder, source)))


@pytest.fixture(scope="module")
def slidev() -> Any:
    """Cuts Slidev's Markdown into slides: {content, note, frontmatter} for each."""
    folder = packages(slidev__parser=SLIDEV)
    script = (
        "import { parse } from '@slidev/parser'; import { readFileSync } from 'node:fs';\n"
        "console.log(JSON.stringify((await parse(readFileSync(0, 'utf8'), 'slides.md')).slides));"
    )
    return cache(lambda source: json.loads(node(script, folder, source)))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    need_font("Arial", "fonts-liberation")
    with Browser(tmp_path_factory.mktemp("chromium")) as b:
        yield b


# --- what is written -------------------------------------------------------------------------------------------------

LINES = r"""
$\displaystyle \sum_{t=1}^T H(\delta_{y_t}, p_t)$

* $\displaystyle = \sum_{t=1}^T (\textcolor{#a8201a}{-\log p_t(y_t)})$
  *cross-entropy with a one-hot target is the surprisal of the true token*
* $\displaystyle = \textcolor{#a8201a}{-\sum_{t=1}^T \log p_t(y_t)}$
  *the sign comes out of the sum*
* $\displaystyle = -\textcolor{#a8201a}{\log \prod_{t=1}^T p_t(y_t)}$
  *the log of a product is the sum of the logs*
* $\displaystyle = -\log \textcolor{#a8201a}{\Pr(y \mid x)}$
  *definition of the sequence's probability ∎*
"""


def test_the_source_reads_like_the_slide() -> None:
    source = markdown(made("cross_entropy_is_nll"), "marp")
    assert "\n## Summed over a sequence, one-hot cross-entropy is the negative log-likelihood of the output\n" in source
    assert "\n*Given* $1 \\le y_t \\le V$ for $t = 1, \\dots, T$; and $p_t(k) > 0$ for" in source
    assert LINES in source


def test_quarto_and_pandoc_have_display_formulas_and_underline_what_changed() -> None:
    source = markdown(made("cross_entropy_is_nll"))
    assert (
        '::: {.chain .lead style="--scale: 0.92"}\n\n$$\\sum_{t=1}^T H(\\delta_{y_t}, p_t)$$\n\n::: incremental\n* $$= '
        in source
    )
    assert "* $$= -\\,\\underline{\\log \\prod_{t=1}^T p_t(y_t)}$$\n  *the log of a product" in source


def test_slidev_lists_come_at_clicks() -> None:
    source = markdown(made("cross_entropy_is_nll"), "slidev")
    assert '<div class="chain lead" style="--scale: 0.92">\n\n$\\displaystyle \\sum_{t=1}^T' in source
    assert "\n<v-clicks>\n\n* $\\displaystyle = " in source


def test_a_carried_line_stands_there_from_the_start_without_highlighting() -> None:
    for flavour in FLAVOURS:
        second = re.split(r"^## .*The smoothed loss", markdown(made(WITH_ALL), flavour), flags=re.MULTILINE)[2]
        carried = re.search(r"^(\$.*)$", second, re.MULTILINE)
        assert carried is not None
        assert re.match(r"\$+(\\displaystyle )?-\\sum_\{k=1\}\^V", carried[1])  # the left side of what follows
        assert "underline" not in carried[1] and "textcolor" not in carried[1]


def test_a_handout_shows_everything_at_once() -> None:
    for flavour in FLAVOURS:
        source = markdown(made(WITH_ALL), flavour, handout=True)
        assert "\n- $" in source
        assert not re.search(r"^\* |incremental|v-clicks|\\underline|\\textcolor", source, re.MULTILINE)


def test_the_same_deck_gives_the_same_bytes() -> None:
    for flavour in FLAVOURS:
        assert markdown(made(WITH_ALL), flavour) == markdown(made(WITH_ALL), flavour)


def test_an_unknown_flavour() -> None:
    with pytest.raises(UserError, match="no flavour 'remark' of Markdown; there are quarto, marp, slidev"):
        write(made("cross_entropy_is_nll"), "deck.md", Options(flavour="remark"))


def test_a_fragment_is_slides_without_a_front_matter() -> None:
    deck = made("cross_entropy_is_nll")
    for flavour in FLAVOURS:
        piece = fragment(deck, Options(flavour=flavour))
        assert "<style>" in piece  # what the slides need
        assert not re.search("^(title|theme|marp|header-includes|canvasWidth):", piece, re.MULTILINE)
        _, shown = read_back(piece.encode())
        assert [s.place for s in shown] == ["given", "claim", "start", "1", "2", "3", "4"]


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_colours_and_size_stand_in_the_front_matter(aspect: str) -> None:
    deck = made("cross_entropy_is_nll", template=Template(aspect=aspect, dark=True, colors=DARK, font="Fira Sans"))
    width = {"16:9": 1280, "4:3": 960}[aspect]
    quarto, marp, slidev = (write(deck, "deck.md", Options(flavour=f)) for f in FLAVOURS)
    for text in (quarto["deck.md"], marp["deck.md"], slidev["deck-slides.css"]):
        for colour in (DARK.background, DARK.text, DARK.muted, DARK.accent, '"Fira Sans"'):
            assert colour in text.decode()
    assert f"\nwidth: {width}\n" in quarto["deck.md"].decode()  # pandoc
    assert f"\n    width: {width}\n" in quarto["deck.md"].decode()  # Quarto
    assert f"\nsize: {aspect}\n" in marp["deck.md"].decode()
    assert (
        f"\naspectRatio: {aspect.replace(':', '/')}\ncanvasWidth: {width}\ncolorSchema: dark\n"
        in slidev["deck.md"].decode()
    )


def test_a_logo_is_copied_beside_the_deck(tmp_path: Path) -> None:
    logo = tmp_path / "our logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    deck = made("cross_entropy_is_nll", template=Template(logo=str(logo), footer="Course 101"))
    for flavour in FLAVOURS:
        files = write(deck, "deck.md", Options(flavour=flavour))
        assert files["deck-logo.svg"] == logo.read_bytes()
        assert any(b'url("deck-logo.svg")' in data for data in files.values())
        assert not any(str(tmp_path).encode() in data for data in files.values())
        assert "Course 101" in files["deck.md"].decode()


# --- every theorem in every notation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", notation_names())
def test_every_line_is_found_again_alike_in_all_flavours(notation: str) -> None:
    deck = made(notation=notation)
    expected = [(s.name, place) for s in deck.slides for place in s.places]
    digests = []
    for flavour in FLAVOURS:
        stamps, shown = read_back(markdown(deck, flavour).encode())
        assert tuple(stamps) == deck.stamps
        assert [(s.theorem, s.place) for s in shown if not s.beside] == expected
        assert [s for s in shown if line_digest(s.text) != s.digest] == []
        digests.append([s.digest for s in shown])
    assert digests[0] == digests[1] == digests[2]  # "derive check" needs not know the flavour


def test_digests_do_not_depend_on_the_template() -> None:
    dark = made(WITH_ALL, template=Template(dark=True, colors=DARK))
    for flavour in FLAVOURS:
        lines = [read_back(markdown(d, flavour).encode())[1] for d in (made(WITH_ALL), dark)]
        assert lines[0] == lines[1]


@pytest.mark.parametrize("notation", notation_names())
def test_katex_reads_every_formula(notation: str) -> None:
    formulas: set[tuple[str, bool]] = set()
    for flavour in ("quarto", "marp"):
        body = markdown(made(notation=notation), flavour).split("\n---\n", 1)[1]
        formulas |= {(m[2], m[1] == "$$") for m in re.finditer(r"(?<!\\)(\$\$?)(.+?)(?<!\\)\1", body)}
    assert len(formulas) > 200
    script = (
        "import { createRequire } from 'node:module'; import { readFileSync } from 'node:fs';\n"
        f"const katex = createRequire(import.meta.url)({json.dumps(str(VENDOR / 'katex' / 'katex.min.js'))});\n"
        "for (const [tex, displayMode] of JSON.parse(readFileSync(0, 'utf8')))\n"
        "  katex.renderToString(tex, { displayMode, throwOnError: true, strict: 'error' });"
    )
    node(script, packages(), json.dumps(sorted(formulas)))


# --- edits by hand ---------------------------------------------------------------------------------------------------


def edited(flavour: str, old: str, new: str) -> dict[str, str]:
    """What is not as it was written, by its place, when ``old`` is replaced."""
    source = markdown(made(WITH_ALL), flavour)
    assert old in source
    _, shown = read_back(source.replace(old, new, 1).encode())
    return {s.place: s.text for s in shown if line_digest(s.text) != s.digest}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_edits_are_found(flavour: str) -> None:
    assert "q_y^{\\varepsilon}(j)" in edited(flavour, "q_y^{\\varepsilon}(k)", "q_y^{\\varepsilon}(j)")["1"]
    assert list(edited(flavour, "*linearity of sums*", "*because I say so*")) == ["3"]
    assert list(edited(flavour, "**Claim** $", "**Claim** $1 + ")) == ["claim"]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_line_that_is_gone_and_a_line_that_was_added(flavour: str) -> None:
    line = re.search(r"^\* .*\n  \*linearity of sums\*\n", markdown(made(WITH_ALL), flavour), re.MULTILINE)
    assert line is not None
    assert edited(flavour, line[0], "") == {"3": ""}
    assert edited(flavour, line[0], f"{line[0]}* $= 0$\n") == {"after3": "$= 0$\n"}


def test_what_does_not_show_is_no_edit() -> None:
    assert edited("marp", "  *linearity", "    *linearity") == {}
    assert edited("quarto", "\n", "\r\n") == {}
    assert edited("marp", "\\textcolor{#a8201a}", "\\textcolor{#0000ff}") == {}


# --- pandoc ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", notation_names())
def test_pandoc_reads_every_formula(notation: str) -> None:
    """pandoc's own reader of LaTeX is the pickiest: what it does not know it warns of."""
    deck = made(notation=notation)
    sections = slides_in(pandoc(markdown(deck), "--mathml"))
    assert len([s for s in sections if not s.attrib["id"].startswith("contents")]) == len(deck.sheets)
    assert not any("$" in words(s) for s in sections)


def test_pandoc_makes_a_fragment_of_each_line_in_order() -> None:
    deck = made(WITH_ALL, "cross_entropy_is_nll", title="Losses")
    _, *sections = slides_in(pandoc(markdown(deck), "--mathjax"))  # behind the contents
    for slide, section in zip(deck.slides, sections, strict=True):
        assert "derive" in section.attrib["class"].split()
        rows = [li for li in section.iter("li") if li.get("class") == "fragment"]
        steps = [s for s in slide.steps if s.relation and not s.carried]
        assert len(rows) == len(steps)
        for li, step in zip(rows, steps, strict=True):
            assert words(li).startswith("\\[=")
            assert next(x for x in step.reason if isinstance(x, str)) in words(li).replace("’", "'")


def test_facts_on_the_way_share_a_slide_and_come_at_clicks() -> None:
    name = "residual_nonneg_of_most_probable"
    deck = made(name)
    sections = slides_in(pandoc(markdown(deck), "--mathjax"))
    assert len(sections) == len(deck.sheets) < len(deck.slides)
    for page, section in zip(deck.sheets, sections, strict=True):
        below = [d for d in section.iter("div") if "below" in d.get("class", "").split()]
        assert len(below) == len(page) - 1 and all("fragment" in d.attrib["class"].split() for d in below)
        assert len(section.findall("h2")) == 1
    fact = words(sections[0])
    assert "log is increasing" in fact.split("Next")[0], "a fact that stands there from the start has its reason"
    (notes,) = sections[0].findall("aside")
    assert words(notes).count("the true token is the model") == 1
    for flavour in ("marp", "slidev"):
        assert markdown(deck, flavour).count("\n## ") == len(deck.slides)


def test_pandoc_gives_the_speaker_the_words() -> None:
    (section,) = slides_in(pandoc(markdown(made("cross_entropy_is_nll")), "--mathml"))
    (notes,) = section.findall("aside")
    assert notes.get("class") == "notes"
    said = words(notes)
    assert "This equals minus log of the product over t from 1 to capital T of p sub t of y sub t." in said
    assert said.endswith("This completes the proof.")


def test_a_title_slide_and_its_contents() -> None:
    deck = made("cross_entropy_is_nll", WITH_ALL, title="A * title, -- with $ signs")
    page = pandoc(markdown(deck), "--mathml", "--standalone")
    assert "<title>A * title, -- with $ signs</title>" in page.replace("–", "--")
    assert re.search(r'<h1 class="title">A \* title, -- with \$ signs</h1>', page)
    contents = slides_in(pandoc(markdown(deck), "--mathjax"))[0]
    assert [words(li) for li in contents.iter("li")] == [
        "Summed over a sequence, one-hot cross-entropy is the negative log-likelihood of the output",
        "The smoothed loss is the negative log-likelihood plus \\(\\varepsilon\\) times the excess of \\(\\log p(y)\\) over "
        "the mean log-probability",
    ]


def reveal_page(source: str, folder: Path) -> str:
    """A page of pandoc's that needs no network: reveal.js and KaTeX are derive's own."""
    for name in ("reset.css", "theme/white.css", "theme/black.css"):
        (folder / "dist" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "dist" / name).touch()
    for name in ("reveal.js", "reveal.css"):
        shutil.copy(VENDOR / "reveal.js" / name, folder / "dist")
    for plugin in ("notes", "search", "zoom"):
        (folder / "plugin" / plugin).mkdir(parents=True)
        stub = f"const Reveal{plugin.title()} = () => ({{ id: '{plugin}', init() {{}} }});"
        (folder / "plugin" / plugin / f"{plugin}.js").write_text(stub)
    shutil.copytree(VENDOR / "katex", folder / "katex")
    page = pandoc(
        source, "--standalone", f"--katex={folder.as_uri()}/katex/", f"--variable=revealjs-url={folder.as_uri()}"
    )
    (folder / "deck.html").write_text(page, encoding="utf-8")
    return (folder / "deck.html").as_uri()


FULL = ("label_smoothing", "softmax")  # the subjects with the longest formulas
LONG = ("kl_chain_rule_sequence", "mean_of_means")  # theorems with the longest headings
OUTSIDE = """(section, foot) => [...section.querySelectorAll('h2, p, li, li > *, .katex, mjx-container, img')]
    .filter(e => !e.closest('aside, footer, .provenance, .katex-mathml') && e.getBoundingClientRect().width)
    .filter(e => { const b = e.getBoundingClientRect(), s = section.getBoundingClientRect();
        const end = foot ? foot.getBoundingClientRect().top : s.bottom;
        return b.left < s.left || b.right > s.right || b.top < s.top || b.bottom > end + 1; })
    .map(e => e.tagName + ' ' + e.textContent.trim().slice(0, 60))"""


def test_in_reveal_a_line_appears_at_each_click_aligned_at_its_relation(browser: Browser, tmp_path: Path) -> None:
    page = browser.open(reveal_page(markdown(made("cross_entropy_is_nll")), tmp_path))
    page.until("Reveal.isReady() && !document.querySelector('.math:not(:has(.katex))')")
    seen = "[...document.querySelectorAll('li')].filter(e => getComputedStyle(e).opacity === '1').length"
    red = "[...document.querySelectorAll('li')].map(e => getComputedStyle(e.querySelector('.katex-underline') || e).color)"
    assert page.evaluate(seen) == 0
    coloured = []
    for click in range(1, 5):
        page.press("ArrowRight")
        page.until(f"{seen} === {click}")
        coloured.append([c == "rgb(168, 32, 26)" for c in page.evaluate(red)])
    assert coloured[0] == [True, False, False, False]  # what changed, in the newest line only
    assert coloured[3] == [False, False, False, True]
    for part in ("li .mrel", "li > em"):
        lefts = page.evaluate(
            f"[...document.querySelectorAll('li')].map(e => e.querySelector(':scope {part[2:]}').getBoundingClientRect().left)"
        )
        assert max(lefts) - min(lefts) < 1
    page.close()


def test_in_reveal_every_slide_holds_what_stands_on_it(browser: Browser, tmp_path: Path) -> None:
    deck = made(*(t.name for subject in FULL for t in catalogue.theorems(subject)), *LONG)
    page = browser.open(reveal_page(markdown(deck), tmp_path))
    page.until("Reveal.isReady() && !document.querySelector('.math:not(:has(.katex))')")
    outside = page.evaluate(
        f"""(() => {{ const outside = {OUTSIDE}, out = [];
            for (let i = 0; i < Reveal.getTotalSlides(); i++) {{
                Reveal.slide(i); Reveal.slide(i, 0, 99);
                const s = Reveal.getCurrentSlide();
                out.push(...outside(s, s.querySelector('.provenance p')).map(what => `${{i}}: ${{what}}`));
            }} return out; }})()"""
    )
    assert outside == []
    page.close()


# --- Marp ------------------------------------------------------------------------------------------------------------


def test_marp_steps_through_the_lines(marp: Any) -> None:
    deck = made(WITH_ALL, "cross_entropy_is_nll", title="Losses")
    out = marp(markdown(deck, "marp"))
    assert "\nmath: mathjax\n" in markdown(deck, "marp")  # Marp's KaTeX fetches fonts
    _title, _contents, *slides = out["html"]
    for slide, page in zip(deck.slides, slides, strict=True):
        steps = [s for s in slide.steps if s.relation and not s.carried]
        assert re.findall('<li data-marpit-fragment="([0-9]+)">', page) == [str(i + 1) for i in range(len(steps))]
        assert slide.stamp is not None and f"{slide.stamp.digest}</footer>" in page
        assert "merror" not in page and "$" not in re.sub("<[^>]*>", "", page)


def test_marp_gives_the_speaker_the_words_and_nothing_else(marp: Any) -> None:
    (notes,) = marp(markdown(made("cross_entropy_is_nll"), "marp"))["comments"]
    (note,) = notes  # the record is in a comment too
    assert note.startswith("Summed over a sequence")
    assert "derive:" not in note


def test_on_marps_slides_nothing_is_cut_off(marp: Any, browser: Browser, tmp_path: Path) -> None:
    """Marp clips what does not fit, and says nothing."""
    for aspect, width, subject in (("16:9", 1280, FULL[0]), ("4:3", 960, FULL[1])):
        names = (t.name for t in catalogue.theorems(subject))
        out = marp(markdown(made(*names, *LONG, template=Template(aspect=aspect)), "marp"))
        file = tmp_path / f"{width}.html"
        body = "".join(f'<div class="marpit">{page}</div>' for page in out["html"])
        file.write_text(f"<!doctype html><meta charset='utf-8'><style>{out['css']}</style>{body}", encoding="utf-8")
        page = browser.open(file.as_uri(), width=width)
        outside = page.evaluate(
            f"""(() => {{ const outside = {OUTSIDE};
                return [...document.querySelectorAll('section')].flatMap((s, i) =>
                    outside(s, s.querySelector('footer')).map(what => `${{i}}: ${{what}}`)); }})()"""
        )
        assert outside == []
        page.close()


# --- Slidev ----------------------------------------------------------------------------------------------------------


def test_slidev_finds_the_slides_and_their_notes(slidev: Any) -> None:
    deck = made(WITH_ALL, "cross_entropy_is_nll", title="Losses")
    title, contents, *slides = slidev(markdown(deck, "slidev"))
    assert title["frontmatter"]["title"] == "Losses"
    assert title["frontmatter"]["aspectRatio"] == "16/9"
    assert contents["content"].startswith("## Contents\n")
    for slide, found in zip(deck.slides, slides, strict=True):
        assert found["frontmatter"] == {"layout": "default", "class": "derive"}
        assert found["note"].startswith("The smoothed loss" if slide.name == WITH_ALL else "Summed over a sequence")
        assert "derive:" not in found["note"]
        assert '@import "./deck-slides.css";' in found["content"]


# --- plots, gaps, primitive steps ------------------------------------------------------------------------------------

X = Symbol("x", "var")
STAMP = Stamp("t", "1.0", "0123456789abcdef", "compact", "board")


def picture(alt: str) -> Picture:
    return Picture("t-plot-1", alt, "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", b"", b"", 20, 10)


def test_a_plot_is_a_file_beside_the_deck_with_words_for_it(marp: Any) -> None:
    """Also where the words are orders to Marp."""
    alt = "Curves, contrast invert 50% h:10, of a_b < c"
    deck = Deck((Slide("plot", "t", ("A plot",), picture=picture(alt), stamp=STAMP),), Template())
    for flavour in FLAVOURS:
        files = write(deck, "deck.md", Options(flavour=flavour))
        assert files["deck-t-plot-1.svg"] == picture(alt).svg.encode()
    (section,) = slides_in(pandoc(markdown(deck)))
    (image,) = section.iter("img")
    assert (image.get("data-src"), image.get("alt"), image.get("height")) == ("deck-t-plot-1.svg", alt, "320")
    assert section.find(".//figure") is None  # no caption
    shown = re.search("<img[^>]*>", marp(markdown(deck, "marp"))["html"][0])
    assert shown is not None
    assert f'alt="{alt}"' in unescape(shown[0])
    assert "filter" not in shown[0]
    assert unescape(markdown(deck, "slidev")).count(f'<img src="./deck-t-plot-1.svg" alt="{alt}" height="320"') == 1


def test_gaps_are_told() -> None:
    step = Step("1", 1, "=", (X,), ("GAP",))
    deck = Deck((Slide("steps", "t", ("Heading",), steps=(step,), gaps=2, stamp=STAMP),), Template())
    for flavour in FLAVOURS:
        assert "\n**2 gaps are left**\n" in markdown(deck, flavour)
        assert "∎" not in markdown(deck, flavour)


def test_every_primitive_step_has_its_number() -> None:
    source = markdown(made("cross_entropy_one_hot", detail="full"))
    assert re.search(r"^::: \{\.chain \.proof\}\n\n::: incremental\n\* \*\*1\*\* \$\$\\vdash", source, re.MULTILINE)


def test_long_formulas_are_broken_and_small_ones_are_set_smaller() -> None:
    broken = Step("1", 1, "=", (X, row(Symbol("+", "op"), X)), ("reason",))
    deck = Deck(
        (Slide("steps", "t", ("Heading",), steps=(broken,), scale=0.75, beside=False, stamp=STAMP),), Template()
    )
    assert "* $$= x$$\\\n  $$\\qquad {} +x$$\n  *reason*" in markdown(deck)
    assert '::: {.chain .below style="--scale: 0.75"}' in markdown(deck)
    assert '<div class="chain below" style="--scale: 0.75">' in markdown(deck, "slidev")
    assert "_class: derive below\n" in markdown(deck, "marp")
    assert "<style scoped>section { --scale: 0.75; }</style>" in markdown(deck, "marp")


# --- hostile text ----------------------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script> \\write18{x} $x$ 50% # {{ 1+1 }} ${y} *a* _b_ `c` [l](http://e.e) ![i](j.png) <!-- c --> "
    "--- ::: {.x} :smile: a@b.c @cite ^[n] [^1] ~~s~~ H~2~O | & &amp; {{{z}}} \\begin{x} {{<br>}} -->"
)
HIDDEN = "\u202e\u0000\u0007\u2028"  # turns the text round, controls, ends a line


def hostile() -> Deck:
    bad = row(*(Symbol(HOSTILE + HIDDEN, kind) for kind in ("name", "var", "text", "fn")))
    steps = (
        Step("start", 0, "", (X,)),
        Step("1", 1, "=", (row(Mark(bad), Fence("(", X, ")")),), (HOSTILE, X, "2" + HIDDEN)),
        Step("2", 2, "<", (UnderBrace(X, HOSTILE),), ("1. no list",)),
    )
    stamp = replace(STAMP, name="a-->b<script>::--{{x}}", notation="my --> notation.toml")
    first = Slide(
        "steps", "t", (HOSTILE + HIDDEN,), 1, 2, HOSTILE, (HOSTILE, X), (bad,), None, (HOSTILE,), steps,
        notes=((HOSTILE,), ("class: evil",)), stamp=stamp,
    )  # fmt: skip
    slides = (
        first,
        Slide("steps", "t", ("- 1. theme: evil",), 2, 2, steps=(Step("3", 3, "=", (X,), (), True),), stamp=stamp),
        Slide("plot", "t", ("1) x",), picture=picture(HOSTILE), stamp=stamp),
        Slide("steps", "t", ("theme: evil",), steps=(Step("1", 1, "=", (X,)),)),  # without a stamp
    )
    return Deck(slides, Template(footer=HOSTILE), HOSTILE, HOSTILE, ((HOSTILE,), ("1. x",), ("- y",)))


def plain(text: str) -> str:
    """Without what typography changes."""
    return " ".join(text.replace("\u2060", "").translate({0x201C: '"', 0x201D: '"', 0x2019: "'", 0x2018: "'"}).split())


def test_hidden_characters_are_dropped() -> None:
    for flavour in FLAVOURS:
        for data in write(hostile(), "deck.md", Options(flavour=flavour)).values():
            assert not set(HIDDEN) & set(data.decode())


def test_hostile_text_comes_out_of_pandoc_as_it_is() -> None:
    page = pandoc(markdown(hostile()), "--mathjax")
    contents, first, second, plot, last = slides_in(page)
    assert plain(words(contents.findall(".//li")[0])) == plain(HOSTILE)
    assert [words(li) for li in contents.iter("li")][1:] == ["1. x", "- y"]
    assert plain(words(first.find("h2"))) == f"{plain(HOSTILE)} (1/2)"  # type: ignore[arg-type]
    assert [words(s.find("h2")) for s in (second, plot, last)] == ["- 1. theme: evil (2/2)", "1) x", "theme: evil"]  # type: ignore[arg-type]
    reasons = [li.find("em") for li in first.iter("li")]
    assert plain(words(reasons[0])) == f"{plain(HOSTILE)}\\(x\\) 2"  # type: ignore[arg-type]
    assert plain(words(reasons[1])) == "1. no list"  # type: ignore[arg-type]
    assert {e.tag for e in first.iter()} == {
        "section",
        "h2",
        "em",
        "p",
        "strong",
        "span",
        "h3",
        "div",
        "ul",
        "li",
        "aside",
    }
    assert plain(next(plot.iter("img")).attrib["alt"]) == plain(HOSTILE)


def test_hostile_text_comes_out_of_marp_as_it_is(marp: Any) -> None:
    out = marp(markdown(hostile(), "marp"))
    title, contents, first, *rest = out["html"]
    assert len(rest) == 3
    pages = "".join(out["html"])
    assert not re.search(r"<(script|a|br)\b(?![^<]*<em)", pages.replace("<br />\n<em>", ""))
    assert re.findall(r'<img src="([^"]*)"', pages) == ["deck-t-plot-1.svg"]  # and no smile
    assert plain(unescape(re.sub("<[^>]*>", "", re.findall("<h1.*?</h1>", title)[0]))) == plain(HOSTILE)
    assert plain(unescape(re.sub("<[^>]*>", "", re.findall("<h2.*?</h2>", first)[0]))) == f"{plain(HOSTILE)} (1/2)"
    assert contents.count("<li>") == 3
    assert [len(c) for c in out["comments"]] == [0, 0, 1, 1, 1, 1]
    assert all("evil" not in c for c in re.findall('<section[^>]*class="([^"]*)"', pages))


def test_hostile_text_breaks_no_slidev_slide(slidev: Any) -> None:
    source = markdown(hostile(), "slidev")
    slides = slidev(source)
    assert len(slides) == 6
    assert [len(s["frontmatter"]) for s in slides[1:]] == [2] * 5
    for slide in slides:
        text = re.sub(r"<!--.*?-->|alt=\"[^\"]*\"", "", slide["content"], flags=re.DOTALL)
        assert not re.search(r"(?<!\\)<(script|br)", text)
        # Vue evaluates double braces; in formulas Slidev itself takes care of them
        braces = re.sub(r"<span v-pre>\\\{\\\{</span>|(?<!\\)\$.*?(?<!\\)\$", "", text)
        assert "{{" not in braces.replace("\\{", "{")


def test_hostile_text_is_found_again() -> None:
    for flavour in FLAVOURS:
        stamps, shown = read_back(markdown(hostile(), flavour).encode())
        assert tuple(stamps) == hostile().stamps
        assert [s.place for s in shown if not s.beside] == ["given", "claim", "assume", "start", "1", "2", "3"]
        assert [s for s in shown if line_digest(s.text) != s.digest] == []
