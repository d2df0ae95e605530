"""Formulas and sentences in plain English, to be heard: alt texts, screen readers, a lecture read aloud.

It is said from the layout, so that what is heard is what is seen; ``spoken`` has the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.kernel.terms import Term
from derive.record.relations import RELATIONS, sign_of
from derive.render.formula.alphabets import GREEK_NAMES
from derive.render.formula.layout import Labels, layout
from derive.render.formula.nodes import Fence, Node, unmarked
from derive.render.formula.notation import Notation, load_notation
from derive.render.formula.rejoining import rejoined
from derive.render.pens.spoken import SIGNS, Speaker, plain_words

_GLUE = re.compile(
    "[,;]?(?: (?:and|for(?: all(?: integers| real)?)?))? "
)  # between the formulas of a list of conditions
_SCOPE = re.compile(" for (?:all (?:integers |real )?)?$")
_FORMULA = 0xF0000  # private characters in a sentence: formulas; U+E000 and U+E001: brackets of formulas
_PIECE = "[\ue000\ue001\U000f0000-\U000fffff]"


def node_speech(node: Node) -> str:
    """A formula, or a part of one, in words."""
    whole = rejoined(unmarked(node))
    return _tidy(Speaker(whole).say(whole).words) or "nothing"


def term_speech(
    term: Term, notation: Notation | str | None = None, *, avoid: Iterable[str] = (), labels: Labels = ()
) -> str:
    """A term or statement in words.  Raises UserError as ``layout`` does."""
    return node_speech(layout(term, load_notation(notation), avoid=avoid, labels=labels))


def prose_speech(sentence: Iterable[str | Node]) -> str:
    """A sentence with formulas in it, in words."""
    parts = tuple(sentence)
    listed = all(_GLUE.fullmatch(p) for p in parts if isinstance(p, str))
    said: list[str] = []
    text = ""  # the sentence, with a private character for each formula
    scope = False  # in "for t = 1, ..., T and k = 1, ..., V"
    for part in parts:
        if isinstance(part, str):
            scope = bool(_SCOPE.search(part)) or (scope and part == " and ")
            # the formulas of a list have commas and "and" of their own
            text += f";{part.lstrip(',;')}" if listed and not scope and part.strip() else plain_words(part)
        else:
            if isinstance(part, Fence) and text[-1:].isalpha():  # diag(p) in words
                text, part = f"{text} of ", part.body
            words = node_speech(part)
            said.append(words.replace(" is in ", " in ", 1) if scope else words)
            text += chr(_FORMULA + len(said) - 1)
    return _tidy(re.sub("[\U000f0000-\U000fffff]", lambda m: said[ord(m[0]) - _FORMULA], _spelled(text)))


def _spelled(text: str) -> str:
    """The sentence with the signs of formulas spelled out that are in pieces, such as log(1 + V/2): their brackets, the
    slashes and bars beside letters."""
    pair = re.compile(rf"\(((?:[^()A-Za-z]|log|exp)*{_PIECE}(?:[^()A-Za-z]|log|exp)*)\)")
    found = 1
    while found:
        text, found = pair.subn(lambda m: f"\ue000{m[1].replace('|', ' given ').replace(',', ' and ')}\ue001", text)
    text = re.sub("\\b(log|exp)\ue000", "\\1 of \ue000", text.replace("\ue000-", "\ue000minus "))
    text = re.sub("\\bPr\ue000([^\ue000\ue001]*)\ue001", r"the probability of \1", text)
    text = re.sub(rf"(?<={_PIECE})\s*/\s*|\s*/\s*(?={_PIECE})", " over ", text)
    text = re.sub(rf"(?<={_PIECE})\s*\+\s*", " plus ", text)
    return text.replace("\ue000", " open bracket ").replace("\ue001", " close bracket ")


def relation_speech(sign: str) -> str:
    """The relation in front of a step: "equals" for =."""
    sign = sign_of(sign)
    return SIGNS.get(sign) or _tidy(plain_words(sign))


def _tidy(words: str) -> str:
    """Single spaces, and no commas where something stops anyhow."""
    words = re.sub(" (?=[,.:;!?])", "", " ".join(words.split()))
    while ",," in words:
        words = words.replace(",,", ",")
    return words.removeprefix(",").removesuffix(",").strip()


# --- sentences -------------------------------------------------------------------------------------------------------


def step_speech(relation: str, formula: str, reason: str, word: str = "Reason") -> str:
    """A step as sentences.  ``relation`` is the sign in front of the formula, "" for the first one; ``word`` says what
    ``reason`` is."""
    holds = "holds " if relation == RELATIONS["<=>"].sign else ""
    out = sentence(f"This {holds}{relation_speech(relation)} {formula}" if relation else formula)
    return f"{out} {word}: {sentence(reason, capital=False)}" if reason else out


def sentence(words: str, capital: bool = True) -> str:
    """The words with a full stop, and a capital where they do not begin with a letter of a formula."""
    first = words.split(" ")[0]
    if capital and len(first) > 1 and first.isalpha() and first.islower() and first not in GREEK_NAMES.values():
        words = words[0].upper() + words[1:]
    return words if words.endswith((".", "!", "?")) else f"{words}."
