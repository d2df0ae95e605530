r"""How signs and control sequences are spelled in a tree, what layout is, and how many arguments follow what."""

from __future__ import annotations

import unicodedata
from functools import cache

from derive.render.formula.alphabets import ACCENTS, SUBSCRIPTS, SUPERSCRIPTS
from derive.render.pens.latex import COMMANDS

UNICODE = {
    "⋅": r"\cdot", "∗": "*", "⩽": r"\le", "⩾": r"\ge", "≈": r"\approx", "∝": r"\propto", "≡": r"\equiv", "∉": r"\notin", "∫": r"\int",
    "∇": r"\nabla", "√": r"\sqrt", "±": r"\pm", "⊤": r"\top", "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "⋯": r"\dots", "⇒": r"\implies",
    "⇔": r"\iff", "∴": r"\therefore", "∵": r"\because", "∅": r"\emptyset", "∪": r"\cup", "∩": r"\cap", "⊂": r"\subset", "⊆": r"\subseteq",
    "∨": r"\lor", "¬": r"\neg", "∃": r"\exists", "⊙": r"\odot", "⊗": r"\otimes", "⊕": r"\oplus", "≜": r"\triangleq", "≔": r"\coloneqq",
    "≪": r"\ll", "≫": r"\gg", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "←": r"\leftarrow", "↔": r"\leftrightarrow",
    "≻": r"\succ", "≺": r"\prec", "÷": r"\div", "ℓ": r"\ell", "ϕ": r"\phi", "ϑ": r"\vartheta", "ϵ": r"\epsilon", "ϖ": r"\varpi", "⟂": r"\perp",
    "⊥": r"\perp", "≃": r"\simeq", "≅": r"\cong", "∘": r"\circ", "′": "'", "’": "'", "−": "-", "：": ":", "…": r"\dots",
}  # fmt: skip
UNICODE = (
    {sign: tex for sign, tex in COMMANDS.items() if not sign.isascii()} | {"φ": r"\varphi", "∧": r"\land"} | UNICODE
)

SYNONYMS = {
    r"\leq": r"\le", r"\geq": r"\ge", r"\leqslant": r"\le", r"\geqslant": r"\ge", r"\neq": r"\ne", r"\rightarrow": r"\to", r"\wedge": r"\land", r"\vee": r"\lor",
    r"\lt": "<", r"\gt": ">", r"\vert": "|", r"\lvert": "|", r"\rvert": "|", r"\Vert": r"\|", r"\lVert": r"\|", r"\rVert": r"\|", r"\lbrack": "[", r"\rbrack": "]",
    r"\lbrace": r"\{", r"\rbrace": r"\}", r"\colon": ":", r"\ast": "*", r"\Rightarrow": r"\implies", r"\Longrightarrow": r"\implies", r"\Leftrightarrow": r"\iff",
    r"\Longleftrightarrow": r"\iff", r"\lnot": r"\neg", r"\owns": r"\ni", r"\varnothing": r"\emptyset", r"\prime": "'", r"\bot": r"\perp", r"\%": "%",
    **dict.fromkeys((r"\ldots", r"\cdots", r"\dotsc", r"\dotsb", r"\dotsm", r"\dotsi", r"\dotso", r"\vdots", r"\ddots", r"\mathellipsis"), r"\dots"),
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\nicefrac": r"\frac", r"\sfrac": r"\frac", r"\dbinom": r"\binom", r"\tbinom": r"\binom",
    r"\boldsymbol": r"\mathbf", r"\bm": r"\mathbf", r"\pmb": r"\mathbf", r"\mathbold": r"\mathbf", r"\symbf": r"\mathbf", r"\mathscr": r"\mathcal", r"\mathds": r"\mathbb",
    r"\mathbbm": r"\mathbb", r"\Bbb": r"\mathbb", r"\bcancel": r"\cancel", r"\xcancel": r"\cancel", r"\sout": r"\cancel", r"\stackrel": r"\overset",
    r"\widehat": r"\hat", r"\widetilde": r"\tilde", r"\overline": r"\bar", r"\operatorname*": r"\operatorname", r"\operatornamewithlimits": r"\operatorname",
    r"\hdots": r"\dots", r"\lang": r"\langle", r"\rang": r"\rangle", r"\infin": r"\infty", r"\coloneq": r"\coloneqq",
}  # fmt: skip

ARGUMENTS = {
    **dict.fromkeys(
        (r"\mathbf", r"\mathrm", r"\mathcal", r"\mathbb", r"\mathfrak", r"\mathsf", r"\mathtt", r"\mathit", r"\mathnormal", r"\operatorname", r"\hat", r"\tilde", r"\bar",
         r"\vec", r"\dot", r"\ddot", r"\check", r"\breve", r"\acute", r"\grave", r"\mathring", r"\underline", r"\overrightarrow", r"\cancel", r"\sqrt", r"\pmod"), 1),
    **dict.fromkeys((r"\frac", r"\binom", r"\overset", r"\underset", r"\cancelto"), 2),
}  # fmt: skip
"""How many arguments follow a control sequence that is a ``Call``; any other is an atom."""

TEXTS = frozenset(
    (r"\text", r"\mbox", r"\hbox", r"\textrm", r"\textnormal", r"\textup", r"\textsc", r"\textsf", r"\texttt", r"\intertext", r"\shortintertext", r"\emph")
)  # fmt: skip
BOXES = {r"\parbox": 1, r"\makebox": 0, r"\framebox": 0, r"\raisebox": 1}
"""Words in a box: how many lengths stand before them."""
TEXT_FONTS = {r"\textbf": r"\mathbf", r"\textit": r"\mathit"}
SWITCHES = {
    r"\bf": r"\mathbf",
    r"\rm": r"\mathrm",
    r"\cal": r"\mathcal",
    r"\it": r"\mathit",
    r"\sf": r"\mathsf",
    r"\bfseries": r"\mathbf",
}
SEEN_THROUGH = frozenset(
    (r"\mathbin", r"\mathrel", r"\mathord", r"\mathopen", r"\mathclose", r"\mathpunct", r"\mathinner", r"\ensuremath", r"\mathclap", r"\mathllap", r"\mathrlap",
     r"\rlap", r"\llap", r"\clap", r"\smash", r"\boxed", r"\fbox", r"\mathstrut", r"\mathop", r"\underbracket", r"\overbracket", r"\textstyle*", r"\ulcorner*")
)  # fmt: skip
"""One argument, which alone is seen."""
BRACED = frozenset((r"\underbrace", r"\overbrace"))
COLOURED = frozenset((r"\textcolor", r"\colorbox", r"\style", r"\class", r"\cssId", r"\htmlClass", r"\href"))
LAYOUT = frozenset(
    ["\\,", "\\;", "\\:", "\\!", "\\>", "\\", "\\/", "\\quad", "\\qquad", "\\enspace", "\\enskip", "\\thinspace", "\\medspace", "\\thickspace", "\\negthinspace", "\\limits", "\\nolimits", "\\displaystyle", "\\textstyle", "\\scriptstyle", "\\scriptscriptstyle", "\\nonumber", "\\notag", "\\allowbreak", "\\nobreak", "\\displaybreak", "\\relax", "\\protect", "\\strut", "\\mathstrut", "\\hfill", "\\hfil", "\\null", "\\xspace", "\\noindent", "\\centering", "\\small", "\\footnotesize", "\\scriptsize", "\\normalsize", "\\large", "\\tiny", "\\hline", "\\midrule", "\\toprule", "\\bottomrule", "\\par", "\\break", "\\unskip", "\\nolinebreak", "\\space", "\\mathsurround", "\\label*", "\\yesnumber", "\\IEEEyesnumber", "\\IEEEnonumber", "\\IEEEeqnarraynumspace", "\\qedhere", "\\qed", "\\negmedspace", "\\negthickspace", "\\makeatletter", "\\makeatother"]
) | {"\\ "}  # fmt: skip
LAYOUT_ARGUMENTS = {
    r"\hspace": 1, r"\vspace": 1, r"\mspace": 1, r"\phantom": 1, r"\hphantom": 1, r"\vphantom": 1, r"\color": 1, r"\require": 1, r"\footnote": 1, r"\hskip": 0,
    r"\footnotemark": 0, r"\setlength": 2, r"\addtocounter": 2, r"\setcounter": 2, r"\arraystretch": 0, r"\cite": 1, r"\citep": 1, r"\citet": 1, r"\index": 1, r"\mskip": 0,
    r"\pagebreak": 0, r"\todo": 1, r"\cline": 1,
}  # fmt: skip
SIZES = frozenset(f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
NEGATED = {
    "=": r"\ne",
    r"\in": r"\notin",
    "<": r"\nless",
    ">": r"\ngtr",
    r"\equiv": r"\not\equiv",
    r"\subset": r"\not\subset",
    "|": r"\nmid",
    r"\mid": r"\nmid",
}

LOWERED = {sign: plain.replace("−", "-") for plain, sign in SUBSCRIPTS.items()}
RAISED = {sign: plain.replace("−", "-") for plain, sign in SUPERSCRIPTS.items()}
ABOVE = {"\u0305": r"\bar", "\u20d7": r"\vec", **{sign: f"\\{name}" for name, sign in ACCENTS.items()}}
_STYLES = (("BOLD", r"\mathbf"), ("SCRIPT", r"\mathcal"), ("DOUBLE-STRUCK", r"\mathbb"), ("FRAKTUR", r"\mathfrak"), ("BLACK-LETTER", r"\mathfrak"),
           ("SANS-SERIF", r"\mathsf"), ("MONOSPACE", r"\mathtt"), ("ITALIC", ""), ("PLANCK", ""))  # fmt: skip


@cache
def styled(sign: str) -> tuple[str, str] | None:
    r"""The letter that a mathematical letter of Unicode is, and its font: 𝐱 is x and ``\mathbf``; None for other signs."""
    plain = unicodedata.normalize("NFKC", sign)
    if len(plain) != 1 or plain == sign or not plain.isalnum() or sign in UNICODE:
        return None
    name = unicodedata.name(sign, "")
    return next(((plain, font) for word, font in _STYLES if word in name), None)
