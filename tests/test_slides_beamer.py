"""Beamer decks and fragments, compiled: they fit, step line by line without jumping, and show what was meant.

By default the whole catalogue goes through TeX once, and a handful of derivations, the widest, in the other notations and
on the other paper.  ``DERIVE_SWEEP=all`` compiles the whole catalogue in all of them.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from lectures import everything
from needs import need
from sweep import WHOLE

from derive.board.catalogue import find_theorem, theorems
from derive.errors import UserError
from derive.render.formula.notation import load_notation, notation_names
from derive.slides import beamer
from derive.slides.beamer.rows import pages
from derive.slides.command import Wish, make_deck
from derive.slides.deck import Deck, Options, Picture
from derive.slides.deck.build import Choice, build
from derive.slides.deck.stamps import line_digest
from derive.slides.deck.template import DARK, Template
from derive.values import replace

WIDE = (
    "label_smoothing_residual_sequence",
    "label_smoothing_residual_off",
    "entropy_smoothed",
    "optimal_logit_gap_off",
    "residual_conventions",
    "kl_eq_zero_iff",
    "exercise_1_score_two_tokens",
)
HANDOUT = Options(handout=True)


def deck(*names: str, notation: str = "compact", aspect: str = "16:9", detail: str = "board", first: int = 0, last: int = 0, **more) -> Deck:  # fmt: skip
    template = more.pop("template", None) or Template(aspect=aspect)
    entries = [find_theorem(n) for n in names] if names else theorems()
    choice = Choice(load_notation(notation), notation, detail, first, last)
    return build([(e.name, e.derivation) for e in entries], choice, template, **more)


@cache
def source(*names: str) -> str:
    return beamer.write(deck(*names), "deck.tex", Options())["deck.tex"].decode()


def compiled(files: dict[str, bytes], folder: Path, engine: str = "pdflatex") -> Path:
    """The PDF that TeX makes of the first file.  Nothing in it may stick out by more than 1 pt."""
    program = need(engine, "texlive-latex-base" if engine == "pdflatex" else "texlive-luatex")
    for package, file in (("texlive-latex-recommended, texlive-pictures", "beamer.cls"), ("lmodern", "lmodern.sty")):
        if subprocess.run(["kpsewhich", file], capture_output=True, check=False).returncode:
            need(file, package)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    main = next(iter(files))
    done = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", main],
        cwd=folder, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    said = done.stdout
    assert done.returncode == 0, "\n".join(re.findall(r"^!.*(?:\n.*){5}", said, re.M)) or said[-2000:]
    over = [line for line in re.findall(r"Overfull.*", said) if float(re.search(r"\(([\d.]+)pt", line)[1]) > 1]
    assert not over, over
    assert "Missing character" not in said
    return folder / f"{Path(main).stem}.pdf"


def shown(pdf: Path, page: int | None = None) -> str:
    """The text of a page, or of all."""
    which = ["-f", str(page), "-l", str(page)] if page else []
    return subprocess.run(
        [need("pdftotext", "poppler-utils"), "-layout", *which, pdf, "-"], capture_output=True, check=True
    ).stdout.decode()


def drawn(pdf: Path, folder: Path) -> list[tuple[int, bytes]]:
    """The pages as pictures: the width in pixels, and three bytes for each pixel."""
    subprocess.run([need("pdftoppm", "poppler-utils"), "-r", "60", pdf, folder / "page"], check=True)
    out = []
    for path in sorted(folder.glob("page-*.ppm")):
        magic, size, depth, pixels = path.read_bytes().split(b"\n", 3)
        assert (magic, depth) == (b"P6", b"255")
        out.append((int(size.split()[0]), pixels))
        path.unlink()
    return out


def in_colour(picture: tuple[int, bytes], colour: str) -> int:
    """How many pixels have exactly this colour."""
    _, pixels = picture
    wanted = bytes.fromhex(colour.lstrip("#"))
    return sum(pixels[i : i + 3] == wanted for i in range(0, len(pixels), 3))


def reddish(picture: tuple[int, bytes]) -> bool:
    """Whether something is drawn in red, as what changed is in the light template."""
    _, pixels = picture
    return any(pixels[i] - max(pixels[i + 1], pixels[i + 2]) > 60 for i in range(0, len(pixels), 3))


def ink(picture: tuple[int, bytes]) -> list[int]:
    """The pixels that are at least half covered; the last ones, with the page's number, are left out."""
    _, pixels = picture
    body = pixels[: len(pixels) - len(pixels) // 10]
    return [i for i in range(len(body) // 3) if min(body[3 * i : 3 * i + 3]) < 110]


def page_count(pdf: Path) -> int:
    said = subprocess.run([need("pdfinfo", "poppler-utils"), pdf], capture_output=True, check=True).stdout.decode()
    return int(re.search(r"Pages:\s+(\d+)", said)[1])


def title_of(pdf: Path) -> str:
    said = subprocess.run([need("pdfinfo", "poppler-utils"), pdf], capture_output=True, check=True).stdout.decode()
    return re.search(r"Title:\s+(.*)", said)[1]


# --- everything fits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
@pytest.mark.parametrize("notation", notation_names())
def test_the_catalogue_compiles_and_nothing_sticks_out(notation: str, aspect: str, tmp_path: Path) -> None:
    whole = WHOLE or (notation, aspect) == ("compact", "16:9")
    d = deck(*(() if whole else WIDE), notation=notation, aspect=aspect)
    files = beamer.write(d, "deck.tex", Options() if WHOLE else HANDOUT)
    pdf = compiled(files, tmp_path)
    assert page_count(pdf) > (sum(map(pages, d.slides)) if WHOLE else len(d.sheets))  # and the title with the contents
    # contents that do not fit on the title slide have slides of their own
    assert (files["deck.tex"].count(rb"\frametitle{Contents}") > 2) == whole


@pytest.mark.parametrize("aspect", ["16:9", "4:3"])
def test_nothing_sticks_out_of_a_lecture(aspect: str, tmp_path: Path) -> None:
    compiled(beamer.write(everything(tmp_path, "beamer", Template(aspect=aspect)), "deck.tex", HANDOUT), tmp_path)


def test_lualatex_makes_the_same_deck(tmp_path: Path) -> None:
    d = deck(*WIDE[:3], "cross_entropy_is_nll")
    pdf = compiled(beamer.write(d, "deck.tex", Options()), tmp_path, "lualatex")
    assert page_count(pdf) == 1 + sum(map(pages, d.slides))
    assert "definition of the smoothed target" in shown(pdf)


def test_every_primitive_step_fits_too(tmp_path: Path) -> None:
    d = deck("entropy_le_cross_entropy", detail="full")
    some = replace(d, slides=d.slides[:12])
    text = shown(compiled(beamer.write(some, "deck.tex", HANDOUT), tmp_path))
    assert "Every primitive step" in text
    assert "axiom sum_empty" in text.replace("\\_", "_")


# --- line by line ----------------------------------------------------------------------------------------------------


def test_each_click_adds_a_line_and_moves_nothing(tmp_path: Path) -> None:
    """What is dark on a page is dark at the same place of the next one, where there is more."""
    d = deck("label_smoothing_residual", "maximum_le")
    pdf = compiled(beamer.write(replace(d, title=""), "deck.tex", Options()), tmp_path)
    pictures = drawn(pdf, tmp_path)
    assert len(pictures) == sum(map(pages, d.slides))
    first = 0
    for sheet in d.sheets:
        there = sum(map(pages, sheet))
        dark = [set(ink(p)) for p in pictures[first : first + there]]
        for before, after in pairwise(dark):
            assert len(after) > len(before)  # what is new may be coloured
            assert not before - after
        first += there


def test_what_changed_is_coloured_only_while_its_line_is_the_newest(tmp_path: Path) -> None:
    d = deck("cross_entropy_one_hot")
    assert [s.place for s in d.slides[0].steps] == ["start", "1", "2", "3"]
    pdf = compiled(beamer.write(d, "deck.tex", Options()), tmp_path)
    coloured = [reddish(p) for p in drawn(pdf, tmp_path)]
    assert coloured == [False, True, True, True]  # of line 1 all is new
    text = source("cross_entropy_one_hot")
    assert text.count(r"\derivechanged<3|handout:0>") == 1
    assert text.count(r"\derivechanged<4|handout:0>") == 1


def test_a_handout_has_a_page_for_each_slide_with_everything_on_it_and_nothing_coloured(tmp_path: Path) -> None:
    d = deck("label_smoothing_residual", "cross_entropy_is_nll")
    pdf = compiled(beamer.write(d, "deck.tex", HANDOUT), tmp_path)
    assert page_count(pdf) == 1 + len(d.slides)
    text = " ".join(shown(pdf).split())
    assert "linearity of sums" in text
    assert "definition of the sequence’s probability" in text
    assert not any(map(reddish, drawn(pdf, tmp_path)))


def test_rows_are_plain_beamer() -> None:
    text = source("cross_entropy_one_hot")
    row = next(line for line in text.split("\n") if "derive-line cross_entropy_one_hot 3 " in line)
    assert row.startswith(
        r"& \uncover<4->{{}= -\derivechanged<4|handout:0>{\log p(y)}} && \uncover<4->{\derivereason{the indicator"
    )
    assert r"\uncover<1->{H(\delta_y, p)} % derive-line cross_entropy_one_hot start" in text
    assert "% spoken: This equals minus log p of y. Reason: the indicator picks out its one term." in text


def test_the_line_before_is_repeated_without_a_click() -> None:
    d = deck("label_smoothing_residual")
    _, second = source("label_smoothing_residual").split(r"\derivepart{2}{2}")
    carried = next(line for line in second.split("\n") if "derive-line" in line)
    assert d.slides[1].steps[0].carried
    assert carried.startswith(r"& \uncover<1->{\mathopen{}-\sum_{k=1}^V ")  # the left side of what follows
    assert r"\derivechanged" not in carried


# --- how it looks ----------------------------------------------------------------------------------------------------


def test_a_deck_in_the_template_of_a_course(tmp_path: Path) -> None:
    logo = tmp_path / "our logo.png"
    logo.write_bytes(PNG)
    template = Template(dark=True, colors=DARK, logo=str(logo), footer="Sprachmodelle, Woche 3")
    d = deck("cross_entropy_is_nll", "kl_nonneg", template=template, title="Entropie", subtitle="Anna Müller")
    files = beamer.write(d, "my lecture.tex", HANDOUT)
    assert list(files) == ["my lecture.tex", "my-lecture-logo.png"]
    pdf = compiled(files, tmp_path)
    assert title_of(pdf) == "Entropie"
    assert "Anna Müller" in shown(pdf, 1)
    assert "Gibbs’ inequality" in shown(pdf, 1)
    assert "Sprachmodelle, Woche 3" in shown(pdf, 2)
    assert f"cross_entropy_is_nll · derive {d.stamps[0].version} · {d.stamps[0].digest}" in shown(pdf, 2)
    page = drawn(pdf, tmp_path)[1]
    assert in_colour(page, DARK.background) > len(page[1]) // 3 // 2
    assert in_colour(page, "#ff0000") > 50  # the logo


PNG = bytes.fromhex(  # one red pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def test_a_logo_that_latex_cannot_show_is_refused(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg/>")
    with pytest.raises(UserError, match=r"LaTeX cannot show the logo .*logo\.svg: it takes PNG, JPEG and PDF"):
        beamer.write(deck("kl_nonneg", template=Template(logo=str(logo))), "deck.tex", Options())


def test_contents_that_fit_stand_on_the_title_slide() -> None:
    assert r"\frametitle{Contents}" not in source("kl_nonneg", "chain_rule")


@pytest.mark.parametrize("font", ["", "Latin Modern Roman", "No Such Font"])
def test_fonts(font: str, tmp_path: Path) -> None:
    files = beamer.write(deck("kl_nonneg", template=Template(font=font)), "deck.tex", HANDOUT)
    if font != "No Such Font":  # of the name pdfLaTeX sees nothing
        compiled(files, tmp_path, "pdflatex")
    pdf = compiled(files, tmp_path, "lualatex")
    fonts = subprocess.run([need("pdffonts", "poppler-utils"), pdf], capture_output=True, check=True).stdout.decode()
    assert ("LMRoman" if font == "Latin Modern Roman" else "LMSans") in fonts


def test_a_plot_stands_beside_the_deck(tmp_path: Path) -> None:
    d = deck("kl_nonneg")
    picture = Picture("kl_nonneg-plot", "The divergence & 100 % of its $ {curve}.", "", PDF, b"", 20, 10)
    plot = replace(d.slides[0], kind="plot", steps=(), claim=(), given=(), notes=(), ends=False, picture=picture)
    files = beamer.write(replace(d, slides=(plot,)), "deck.tex", Options())
    assert files["deck-kl_nonneg-plot.pdf"] == PDF
    assert r"alt={The divergence \& 100 \% of its \$ \{curve\}.}" in files["deck.tex"].decode()
    page = drawn(compiled(files, tmp_path), tmp_path)[0]
    assert in_colour(page, "#0000ff") > 500


PDF = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<<>>>> endobj
4 0 obj <</Length 29>> stream
0 0 1 rg 0 0 200 100 re f    
endstream endobj
trailer <</Root 1 0 R>>
"""


def test_gaps_are_said(tmp_path: Path) -> None:
    d = deck("kl_nonneg")
    gaps = replace(d, slides=(replace(d.slides[-1], ends=False, gaps=2),))
    pdf = compiled(beamer.write(gaps, "deck.tex", HANDOUT), tmp_path)
    assert "2 gaps are left" in shown(pdf)
    assert reddish(drawn(pdf, tmp_path)[0])


# --- hostile text ----------------------------------------------------------------------------------------------------

HOSTILE = r"\write18{rm x} \input{/etc/passwd} $x^2$ 100% # & ~ _ { } <script> ^^M -- '' ,, é ß ő [y] % derive-line a 1 00000000"
RARE = "Ĥ Ħ 漢字 𝔘 ≤ “quoted” \u0301"
UNSEEN = "a\u202eb\u200bc\x07d\u0085e\n\nf"


@pytest.mark.parametrize("words", ["a\udcff", "\ud83d", "\udcffa"])
def test_a_title_that_is_no_text_is_refused_and_no_deck_has_it(words: str) -> None:
    """Python reads a byte of an argument that is no UTF-8 as half of a character, which no file can have."""
    d = find_theorem("kl_nonneg").derivation
    for wish, option in ((Wish(title=words), "--title"), (Wish(title="a", subtitle=words), "--subtitle")):
        with pytest.raises(UserError, match=f"^{option} .* is not UTF-8 text; write it anew"):
            make_deck([("kl_nonneg", d)], wish)
    with pytest.raises(UserError, match=r"^the name .* is not UTF-8 text"):
        make_deck([(f"{words}.py::kl_nonneg", d)], Wish())
    files = beamer.write(deck("kl_nonneg", title=words, subtitle=words), "deck.tex", Options())
    assert b"\\begin{document}" in files["deck.tex"]


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_hostile_text_is_shown_as_it_is(engine: str, tmp_path: Path) -> None:
    d = deck("kl_nonneg", title=HOSTILE, subtitle=HOSTILE, template=Template(footer="50% off & #1 \\end{frame}"))
    slide = d.slides[0]
    slide = replace(slide, beside=False, steps=slide.steps[:3])  # a long reason has room below its formula
    last = replace(slide.steps[-1], reason=(HOSTILE,), label="%}")
    stamp = replace(slide.stamp, name="C:\\my files\\ü%}{.py::x", notation="n%\n}.toml")
    one = replace(slide, heading=(HOSTILE,), given=(UNSEEN,), claim=(), notes=((HOSTILE,),), stamp=stamp)
    two = replace(
        slide,
        given=(),
        claim=(),
        title="\\begin{frame} ]",
        assumes=(RARE,),
        steps=(*slide.steps[:-1], last),
        stamp=stamp,
    )
    files = beamer.write(replace(d, slides=(one, two), contents=((HOSTILE,),)), "deck.tex", HANDOUT)
    pdf = compiled(files, tmp_path, engine)
    plain = "".join(shown(pdf).split()).replace("’", "'").replace("´", "'")
    assert plain.count("".join(HOSTILE.split())) == 6  # title, subtitle, contents, heading, note, reason
    assert "Givenabcdef" in plain
    assert "\\begin{frame}]" in plain
    assert "[U+0126][U+6F22][U+5B57][U+1D518]≤“quoted”" in plain
    assert "50%off&#1\\end{frame}" in plain
    assert title_of(pdf).startswith(r"\write18{rm x} \input{/etc/passwd} $x^2$ 100% # & ~ _ { } <script> ^^M")
    stamps, lines = beamer.read_back(files["deck.tex"])
    assert stamps == [stamp]
    assert {s.theorem for s in lines} == {stamp.name}
    assert all(line_digest(s.text) == s.digest for s in lines)


def test_every_letter_has_a_glyph_or_its_number(tmp_path: Path) -> None:
    d = deck("kl_nonneg")
    letters = [chr(c) for c in range(0x20, 0x250)]
    notes = [(" ".join(letters[i : i + 140]),) for i in range(0, len(letters), 140)]
    slides = tuple(replace(d.slides[0], notes=(n,), given=(), claim=(), steps=()) for n in notes)
    for engine in ("pdflatex", "lualatex"):
        compiled(beamer.write(replace(d, slides=slides), "deck.tex", HANDOUT), tmp_path, engine)


# --- fragments -------------------------------------------------------------------------------------------------------


def article(*pieces: str, packages: str = r"\usepackage{amsmath}") -> bytes:
    inputs = "\n\n\\bigskip\n".join(rf"\input{{{p}}}" for p in pieces)
    return f"\\documentclass{{article}}\n{packages}\n\\begin{{document}}\n{inputs}\n\\end{{document}}\n".encode()


@pytest.mark.parametrize("notation", notation_names() if WHOLE else ["compact"])
def test_fragments_in_an_article_need_amsmath_only(notation: str, tmp_path: Path) -> None:
    pieces = {f"{e.name}.tex": beamer.fragment(deck(e.name, notation=notation), Options()).encode() for e in theorems()}
    text = shown(compiled({"article.tex": article(*pieces), **pieces}, tmp_path))
    assert "the indicator picks out its one term" in text
    assert "uncover" not in text


def test_in_an_article_no_line_is_repeated(tmp_path: Path) -> None:
    d = deck("label_smoothing_residual")
    assert d.slides[1].steps[0].carried
    piece = beamer.fragment(d, Options())
    text = shown(compiled({"article.tex": article("piece"), "piece.tex": piece.encode()}, tmp_path))
    assert text.count("[k = y]") == 2  # lines 2 and 3
    assert "% Part 2 of 2.  Where one frame is too small, make two fragments, with --to 2 and with --from 3." in piece


def test_a_fragment_steps_on_in_a_frame_that_has_begun(tmp_path: Path) -> None:
    d = deck("cross_entropy_is_nll")
    (slide,) = d.slides
    frame = "\\documentclass[aspectratio=169%s]{beamer}\n\\begin{document}\n\\begin{frame}\\frametitle{Mine}\nMy own words.\\pause\n\\input{piece}\n\\end{frame}\n\\end{document}\n"
    piece = {"piece.tex": beamer.fragment(d, Options()).encode()}
    pdf = compiled({"talk.tex": (frame % "").encode(), **piece}, tmp_path)
    assert page_count(pdf) == 1 + pages(slide)
    assert "My own words." in shown(pdf, 1)
    assert "Given" not in shown(pdf, 1)
    assert "the sign comes out of the sum" not in shown(pdf, 3)
    assert "the sign comes out of the sum" in shown(pdf, 4)
    pictures = drawn(pdf, tmp_path)
    assert [reddish(p) for p in pictures] == [False, False, *(has_mark(s) for s in slide.steps[1:])]
    for before, after in pairwise(pictures):
        assert not set(ink(before)) - set(ink(after))
    handout = compiled({"talk.tex": (frame % ",handout").encode(), **piece}, tmp_path)
    assert page_count(handout) == 1
    assert not reddish(drawn(handout, tmp_path)[0])


def has_mark(step) -> bool:
    return "Mark(" in repr(step.parts)


def test_a_long_derivation_in_two_frames(tmp_path: Path) -> None:
    """What the comment in the fragment advises."""
    name = "kl_eq_cross_entropy_sub_entropy"
    begin, end = deck(name, last=3), deck(name, first=4)
    frame = "\\begin{frame}\\frametitle{Mine}\n\\input{%s}\n\\end{frame}\n"
    talk = (
        "\\documentclass[aspectratio=169]{beamer}\n\\begin{document}\n"
        + frame % "a"
        + frame % "b"
        + "\\end{document}\n"
    )
    pieces = {f"{n}.tex": beamer.fragment(d, Options()).encode() for n, d in (("a", begin), ("b", end))}
    pdf = compiled({"talk.tex": talk.encode(), **pieces}, tmp_path)
    lines = len(find_theorem(name).derivation.lines)
    assert page_count(pdf) == (1 + 3) + (1 + lines - 3)
    assert "exchanged" not in shown(pdf, 5)  # only line 3, repeated
    assert "exchanged" in shown(pdf, 6)


def test_letters_that_an_old_article_lacks(tmp_path: Path) -> None:
    d = deck("kl_nonneg")
    piece = beamer.fragment(replace(d, slides=(replace(d.slides[0], notes=(("so «mądry»",),)),)), Options())
    files = {"piece.tex": piece.encode()}
    assert "so [U+00AB]m[U+0105]dry[U+00BB]" in shown(compiled({"a.tex": article("piece"), **files}, tmp_path))
    modern = r"\usepackage[T1]{fontenc}\usepackage{lmodern,amsmath}"
    assert "so «mądry»" in shown(compiled({"a.tex": article("piece", packages=modern), **files}, tmp_path))


# --- reading back ----------------------------------------------------------------------------------------------------


def test_what_a_deck_shows_is_read_back() -> None:
    d = deck("cross_entropy_is_nll", "label_smoothing_residual")
    text = beamer.write(d, "deck.tex", Options())["deck.tex"]
    stamps, lines = beamer.read_back(text)
    assert stamps == list(d.stamps)
    places = [(d.slides[0].name, place) for place in d.slides[0].places]
    assert [(s.theorem, s.place) for s in lines][: len(places)] == places
    assert lines[2].text == r"\uncover{\mathopen{}\sum_{t=1}^T H(\delta_{y_t}, p_t)}"
    assert all(line_digest(s.text) == s.digest for s in lines)


def test_an_edit_is_found_and_the_clicks_do_not_count() -> None:
    text = source("cross_entropy_one_hot")
    later = text.replace("<3->", "<5->").replace("<3|handout:0>", "<5|handout:0>")
    assert later != text
    assert beamer.read_back(later.encode()) == beamer.read_back(text.encode())
    for old, new in ((r"{}= -\derive", r"{}= \derive"), ("the indicator picks", "the indicator takes")):
        edited = text.replace(old, new)
        assert edited != text
        _, lines = beamer.read_back(edited.encode())
        assert [s.place for s in lines if line_digest(s.text) != s.digest] == ["3"]
    added = text.replace(
        "% derive-line cross_entropy_one_hot 2 ", "% mine\n& {}= 0 \\\\\n% derive-line cross_entropy_one_hot 2 "
    )
    _, lines = beamer.read_back(added.encode())
    assert [s.place for s in lines if line_digest(s.text) != s.digest] == ["2"]


def test_a_fragment_shows_the_same_lines_as_a_deck() -> None:
    d = deck(*WIDE, "chain_rule")
    assert beamer.read_back(beamer.fragment(d, Options()).encode()) == beamer.read_back(
        beamer.write(d, "deck.tex", HANDOUT)["deck.tex"]
    )


def test_the_same_deck_gives_the_same_bytes() -> None:
    d = deck("label_smoothing_residual")
    assert beamer.write(d, "deck.tex", Options()) == beamer.write(d, "deck.tex", Options())
    assert beamer.fragment(d, Options()) == beamer.fragment(d, Options())
