"""How Beamer slides look: words for TeX, the preamble of a deck, and the commands that a fragment brings along."""

from __future__ import annotations

import re
import unicodedata

from derive.render.formula.nodes import Prose
from derive.render.pens.latex import escape
from derive.render.pens.text import sentence_text
from derive.render.words.prose import clean
from derive.slides.deck.colours import TERMS
from derive.slides.deck.template import Template, term_colors

EM = 10.95  # pt: the size of formulas in Beamer's 11pt
_MM = 2.845275  # pt
_PAPER = {"16:9": ("169", 160.0), "4:3": ("43", 128.0)}  # Beamer's aspectratio, and the width in mm
_FONTS = {"Latin Modern Sans": "lmss", "Latin Modern Roman": "lmr", "Latin Modern Mono": "lmtt"}


# --- words -----------------------------------------------------------------------------------------------------------

_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)")
_T1_ONLY = re.compile("[«»ÐÞðþĄąĐđĘęĮįŊŋŲų]")  # what a document in TeX's old encoding has not


def plain(text: str) -> str:
    """Characters that TeX can read, or that ``escape`` shows by their codes."""
    return clean(unicodedata.normalize("NFC", text), unseen=("Cc", "Cf", "Cs"), kept="\u00a0")


def words(text: str, guarded: bool = False) -> str:
    """Words for TeX's text mode, to be read as they were written.  ``guarded``: letters that the document may lack stand
    in ``\\deriveletter``, with what to write instead."""
    quoted = re.sub(r'"([^"]*)"', "“\\1”", plain(text))
    out = r"\kern0pt{}".join(escape(piece) for piece in _LIGATURES.split(quoted))
    if not guarded:
        return out
    return _T1_ONLY.sub(lambda m: rf"\deriveletter{{{m[0]}}}{{[U+{ord(m[0]):04X}]}}", out)


def plain_sentence(prose: Prose) -> str:
    """A sentence as plain characters, its formulas on one line."""
    return plain(sentence_text(prose))


def pdf_string(text: str) -> str:
    """Plain characters for a title among the file's properties, as hyperref reads them."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, "\\" + c if c in "{}$&#%_" else c) for c in plain(text))


# --- commands --------------------------------------------------------------------------------------------------------

# For decks and fragments alike.  Formulas are set twice: first without clicks and reasons, to find how wide they are.
# What is too wide for the line is set in smaller letters; the log says so.  The rest of the line is for the reasons.
FORMULAS = r"""\def\derivewider#1#2{\setbox2\hbox{#2}\ifdim\wd2>#1\xdef#1{\the\wd2}\fi}
\def\derivemeasure#1{\gdef\deriveleft{0pt}\gdef\deriveright{0pt}\setbox0\hbox{\def\uncover<##1>##2{\hbox{}##2\hbox{}}%
  \def\derivechanged<##1>##2{##2}\def\derivelead##1{##1\derivewider{\deriveleft}{$\displaystyle##1$}}%
  \def\derivereason##1{\derivewider{\deriveright}{\hspace{1em}\footnotesize##1}}\def\derivebelow##1{}%
  $\begin{aligned}#1\end{aligned}$}\edef\derivetaken{\the\wd0}\ifdim\deriveright>7em\gdef\deriveright{7em}\fi}
\def\derivefit#1#2{\derivemeasure{#1}\derivetry{#1}{#2}\small\derivetry{#1}{#2}\footnotesize
  \derivetry{#1}{#2}\scriptsize\derivetry{#1}{#2}\tiny}
\def\derivetry#1#2#3{\ifdim\dimexpr\derivetaken+\deriveright\relax>#2\relax
  \typeout{derive: a formula of \derivetaken\space is drawn smaller}#3\derivemeasure{#1}\fi}
\def\derivetable#1#2{{\footnotesize\renewcommand{\arraystretch}{1.3}\par\medskip\noindent
  \def\derivedraw{\setbox0\hbox{\begin{tabular}{@{}#1@{}}#2\end{tabular}}}\derivedraw
  \ifdim\wd0>\linewidth\tabcolsep=2pt\derivedraw\fi\ifdim\wd0>\linewidth\scriptsize\derivedraw\fi\box0\par}}
\def\derivelead#1{#1}
\def\derivereason#1{\hspace{1em}\parbox[t]{\dimexpr\linewidth-\derivetaken-1em\relax}{\derivesmall{#1}}}
\def\derivebelow#1{\hspace{2em}\parbox[t]{\dimexpr\linewidth-\deriveleft-3.5em\relax}{\derivesmall{#1}}}
"""

# \color{.} repeats the colour that is there already: so the same things stand in a line whether a part is highlighted
# or not, and TeX spaces it alike.  \begingroup, unlike a brace, changes no spacing itself.
_DECK = r"""\newcommand<>{\derivechanged}[1]{\begingroup\alt#2{\color{derivechanged}}{\color{.}}#1\endgroup}
\newcommand{\derivechain}[1]{{\vspace{3pt}\derivefit{#1}{\linewidth}$\begin{aligned}[t]#1\end{aligned}$\par}}
\newcommand{\deriveclaim}[1]{{\deriveword{Claim}\derivefit{#1}{\dimexpr\linewidth-4em\relax}%
  $\begin{aligned}[t]#1\end{aligned}$\par\vspace{3pt}}}
\newcommand{\derivesmall}[1]{{\raggedright\footnotesize\leavevmode\color{derivemuted}\strut#1\strut\par}}
\newcommand{\deriveword}[1]{\makebox[4em][l]{\small\color{deriveaccent}#1}}
\newcommand{\derivetitle}[1]{{\color{deriveaccent}\strut#1\par}}
\newcommand{\derivegaps}[1]{{\color{derivechanged}\strut#1\par}}
\newcommand{\derivepart}[2]{{\small\color{derivemuted}~\mbox{(#1/#2)}}}
\newcommand{\deriveend}{\unskip\nobreak\hfill\hspace*{0.5em}\textcolor{derivemuted}{\rule{0.6em}{0.6em}}}
\newcommand{\derivestamp}{}
\newcommand{\derivefrom}[1]{\renewcommand{\derivestamp}{#1}}
"""

# A line that the slide before showed is repeated only where the frame before shows it, not below itself.
_FRAGMENT = r"""\ifdefined\uncover\else\def\uncover<#1>#2{#2}\fi
\ifdefined\usebeamercolor
  \def\derivechanged<#1>#2{\begingroup\alt<#1>{\usebeamercolor[fg]{alerted text}}{\color{.}}#2\endgroup}
  \def\derivepage{\insertframenumber.\insertoverlaynumber}
\else
  \def\derivechanged<#1>#2{#2}
  \def\derivepage{}
\fi
\def\derivecarried{\edef\derivehere{\derivepage}\ifx\derivehere\derivebefore\expandafter\derivenot\else\expandafter\deriveso\fi}
\def\derivenot#1{}\def\deriveso#1{#1}
\def\derivechain#1{{\par\smallskip\noindent\derivefit{#1}{\linewidth}$\begin{aligned}[t]#1\end{aligned}$\par\smallskip
  \xdef\derivebefore{\derivepage}}}
\def\deriveclaim#1{{\par\noindent\deriveword{Claim}\derivefit{#1}{\dimexpr\linewidth-4em\relax}$\begin{aligned}[t]#1\end{aligned}$\par}}
\def\derivesmall#1{{\par\raggedright\footnotesize\noindent\strut#1\strut\par}}
\def\deriveword#1{\makebox[4em][l]{\textit{#1}}}
\def\derivetitle#1{{\par\noindent\textit{#1}\par}}
\def\derivegaps#1{{\par\noindent\textbf{#1}\par}}
\def\deriveend{\unskip\nobreak\hfill\hspace*{0.5em}\rule{0.6em}{0.6em}}
"""
_FRAGMENT_LETTERS = r"""\edef\derivecoding{\csname f@encoding\endcsname}\def\deriveold{OT1}
\def\deriveletter#1#2{\ifx\derivecoding\deriveold#2\else#1\fi}
"""


def fragment_commands(letters: bool) -> str:
    """What a fragment defines for itself.  ``letters``: it has some that only the encoding T1 has."""
    return FORMULAS + _FRAGMENT + (_FRAGMENT_LETTERS if letters else "")


# --- a deck ----------------------------------------------------------------------------------------------------------

# The last line lets the signs of sums and large brackets become smaller with what stands round them.
_LOOK = r"""\setbeamercolor{background canvas}{bg=derivebackground}
\setbeamercolor{normal text}{fg=derivetext,bg=derivebackground}
\setbeamercolor{structure}{fg=deriveaccent}
\setbeamercolor{frametitle}{fg=deriveaccent,bg=}
\setbeamercolor{alerted text}{fg=derivechanged}
\setbeamertemplate{navigation symbols}{}
\setbeamertemplate{enumerate items}[default]
\setbeamertemplate{frametitle}{\vspace*{4pt}{\raggedright\exhyphenpenalty=10000
  \rightskip=0pt plus\linewidth\parfillskip=0pt\tolerance=10000\hbadness=10000\strut\insertframetitle\strut\par}}
\setlength{\jot}{4pt}
\AtBeginDocument{\setlength{\parskip}{3pt}}
\makeatletter\@ifundefined{KV@Gin@alt}{\define@key{Gin}{alt}{}}{}\makeatother
\DeclareFontFamily{OMX}{lmex}{}\DeclareFontShape{OMX}{lmex}{m}{n}{<->lmex10}{}
"""


def fontsize(points: int) -> str:
    """The command for letters of this size."""
    return rf"\fontsize{{{points}}}{{{1.2 * points:.1f}}}"


def preamble(template: Template, title: str, logo: str, heading: int, handout: bool) -> str:
    """What stands before the first frame.  ``logo`` is the name of a file beside the deck, or empty; ``heading``: the size
    of headings in points."""
    aspect, paper = _PAPER[template.aspect]
    margin = (paper - template.width * EM / _MM) / 2
    options = ["handout"] if handout else []
    options += ["11pt", f"aspectratio={aspect}", "usepdftitle=false"]
    out = [
        rf"\documentclass[{','.join(options)}]{{beamer}}",
        r"\ifdefined\directlua\else\usepackage[T1]{fontenc}\fi",
        r"\usepackage{lmodern}",
        r"\usefonttheme[onlymath]{serif}",
        *_font(template.font),
    ]
    for name in ("background", "text", "muted", "accent", "changed"):
        out.append(rf"\definecolor{{derive{name}}}{{HTML}}{{{getattr(template.colors, name).lstrip('#').upper()}}}")
    for term, color in zip(TERMS, term_colors(template.colors), strict=True):
        out.append(rf"\definecolor{{derive{term}}}{{HTML}}{{{color.lstrip('#').upper()}}}")
        out.append(rf"\newcommand{{\derive{term}}}[1]{{\begingroup\color{{derive{term}}}#1\endgroup}}")
    out += [
        rf"\setbeamersize{{text margin left={margin:.2f}mm,text margin right={margin:.2f}mm}}",
        _LOOK.rstrip(),
        rf"\setbeamerfont{{frametitle}}{{size={fontsize(heading)}}}",
        _footline(template, logo, margin),
        _DECK.rstrip(),
        FORMULAS.rstrip(),
        _readable(),
        rf"\hypersetup{{pdftitle={{{pdf_string(title)}}},pdfcreator={{derive}},pdflang={{en}}}}",
    ]
    return "\n".join(out) + "\n"


def _font(name: str) -> list[str]:
    """The font of the words.  pdfTeX has Latin Modern only; LuaTeX takes any that is installed."""
    if not name:
        return []
    if name in _FONTS:
        return [rf"\renewcommand{{\sfdefault}}{{{_FONTS[name]}}}"]
    known = re.sub(r"[^\w .-]", "", plain(name))
    return [
        "% pdflatex keeps Latin Modern Sans; lualatex takes this font where it is installed",
        r"\ifdefined\directlua\usepackage[no-math]{fontspec}"
        rf"\IfFontExistsTF{{{known}}}{{\setsansfont{{{known}}}}}{{}}\fi",
    ]


def _readable() -> str:
    """Which characters the signs stand for, so that they can be read aloud, searched and copied.  LuaTeX knows it itself."""
    signs = {
        f"{name}{size}": code
        for name, code in (("summation", "2211"), ("product", "220F"))
        for size in ("text", "display")
    }
    for name, code in (
        ("parenleft", "0028"),
        ("parenright", "0029"),
        ("bracketleft", "005B"),
        ("bracketright", "005D"),
    ):
        signs |= {f"{name}{size}": code for size in ("big", "Big", "bigg", "Bigg")}
    known = "".join(rf"\pdfglyphtounicode{{{name}}}{{{code}}}" for name, code in signs.items())
    return rf"\ifdefined\pdfgentounicode\input{{glyphtounicode}}\pdfgentounicode=1{known}\fi"


def _footline(template: Template, logo: str, margin: float) -> str:
    edge = rf"\hspace*{{{margin:.2f}mm}}"
    picture = rf"\raisebox{{-3pt}}{{\includegraphics[height=12pt,alt={{}}]{{{logo}}}}}\hspace{{1em}}" if logo else ""
    return (
        rf"\setbeamertemplate{{footline}}{{\hbox to\paperwidth{{{edge}\tiny\color{{derivemuted}}\strut\derivestamp"
        rf"\hfil {words(template.footer)}\hfil {picture}\insertframenumber{edge}}}\vspace*{{3pt}}}}"
    )
