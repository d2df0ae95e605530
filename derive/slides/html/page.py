"""The page round the slides: styles, scripts, fonts and licences, all inside the file, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from derive.errors import UserError
from derive.slides.deck.template import Template, term_colors
from derive.slides.html.text import text

_HERE = Path(__file__).parent
_VENDOR = _HERE / "vendor"

SIZES = {"16:9": (1280, 720), "4:3": (960, 720)}  # of a slide, in pixels; a formula's em is 32 of them


HEADING = {"16:9": 32 / 36, "4:3": 32 / 31}  # em of a heading's letters in one of a formula's


def page(
    template: Template, title: str, content: str, *, reveal: bool, generator: str = "derive", move: bool = False
) -> str:
    """A whole HTML file; ``reveal``: a deck, otherwise a page to read and print; ``move``: terms with a colour move."""
    styles = [_katex_css()]
    scripts = [_vendored("katex/katex.min.js")]
    allowed: list[str] = []
    if reveal:
        styles.insert(0, _vendored("reveal.js/reveal.css"))
        notes = _vendored("reveal.js/plugin/notes.js")
        scripts += [_vendored("reveal.js/reveal.js"), notes]
        allowed.append(_speaker_script(notes))
    styles += [_variables(template, reveal), _asset("slide.css"), _asset("deck.css" if reveal else "handout.css")]
    scripts.append(_asset("deck.js"))
    width, height = SIZES[template.aspect]
    moving = ' data-move="yes"' if move else ""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            # the class keeps reveal.js's own rules for paper away; ours print every slide as it is
            f'<html lang="en" class="print-pdf" data-width="{width}" data-height="{height}"{moving}>',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy([*scripts, *allowed])}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta name="generator" content="{text(generator)}">',
            f"<title>{text(title)}</title>",
            _licences(("katex", "reveal.js") if reveal else ("katex",)),
            *(f"<style>\n{s}\n</style>" for s in styles),
            *([f"<noscript><style>\n{_asset('noscript.css')}\n</style></noscript>"] if reveal else []),
            "</head>",
            "<body>",
            content,
            *(f"<script>{s}</script>" for s in scripts),
            "</body>",
            "</html>",
            "",
        ]
    )


def fragment_css(template: Template) -> str:
    """The style of slides in somebody else's deck."""
    c = template.colors
    names = ("text", "muted", "accent", "changed")
    variables = " ".join(f"--{n}: {getattr(c, n)};" for n in names)
    return f".derive {{ {variables} --em: {template.width + 4:g}; }}\n{_asset('slide.css')}\n{_asset('fragment.css')}"


def _policy(scripts: list[str]) -> str:
    """Nothing may be fetched, and only these scripts run; the speaker's window shows the same file in frames."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "frame-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _speaker_script(notes: str) -> str:
    """The script of the speaker's window, which the notes plugin writes from a template literal."""
    found = re.search(r"<script>(.*?)<\\/script>", notes, re.DOTALL)
    assert found is not None
    return re.sub(r"\\(.)", r"\1", found[1])


def _variables(template: Template, reveal: bool) -> str:
    c = template.colors
    width, height = SIZES[template.aspect]
    font = f'"{re.sub(chr(92) + "W", " ", template.font)}", ' if template.font else ""
    values = {
        "background": c.background, "text": c.text, "muted": c.muted, "accent": c.accent, "changed": c.changed,
        "scheme": "dark" if template.dark else "light",
        "font": f"{font}KaTeX_SansSerif, KaTeX_Main, KaTeX_Math, sans-serif",  # the last has the Greek letters
        "width": f"{width}px", "height": f"{height}px", "heading": "36px" if width > 1000 else "31px", "side": f"{(width - 32 * template.width) / 2:g}px",
    }  # fmt: skip
    values |= {f"term{n}": color for n, color in enumerate(term_colors(c), 1)}
    if template.logo and reveal:
        values["logo"] = f'url("{_logo(template.logo)}")'
    rules = ":root { " + " ".join(f"--{k}: {v};" for k, v in values.items()) + " }"
    return rules + (f"\n@page {{ size: {width}px {height}px; margin: 0; }}" if reveal else "")


def _logo(path: str) -> str:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"the logo {path} cannot be read: {error.strerror}") from None
    kind = "svg+xml" if path.lower().endswith(".svg") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


# --- what others wrote -----------------------------------------------------------------------------------------------


def _asset(name: str) -> str:
    return (_HERE / "assets" / name).read_text(encoding="utf-8").strip()


def _vendored(name: str) -> str:
    source = (_VENDOR / name).read_text(encoding="utf-8").strip()
    # what would end the element that a script stands in; the present versions have none
    return re.sub(r"</(?=script)", r"<\\/", source, flags=re.IGNORECASE) if name.endswith(".js") else source


def _katex_css() -> str:
    """KaTeX's style sheet with the fonts that are used in it; it knows more of them."""

    def face(found: re.Match[str]) -> str:
        name = re.search(r"url\(fonts/([\w-]+\.woff2)\)", found[0])
        file = _VENDOR / "katex" / "fonts" / name[1] if name else None
        if file is None or not file.is_file():
            return ""
        data = base64.b64encode(file.read_bytes()).decode()
        return re.sub(r"src:[^}]*", f'src:url(data:font/woff2;base64,{data}) format("woff2")', found[0])

    return re.sub(r"@font-face\{[^}]*\}", face, _vendored("katex/katex.min.css"))


def _licences(packages: tuple[str, ...]) -> str:
    texts = [f"This file contains {p}:\n\n{_vendored(f'{p}/LICENSE')}" for p in packages]
    texts.append(
        "The fonts KaTeX_* in it are Copyright (c) 2009-2010 Design Science, Inc. and (c) 2014-2018 Khan Academy, "
        "under the SIL Open Font License 1.1."
    )
    return "<!--\n" + "\n\n".join(texts).replace("--", "- -") + "\n-->"
