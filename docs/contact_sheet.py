"""Contact sheets: the slides of theorems, as they stand after the last click, side by side in one picture, to be looked at.

    python docs/contact_sheet.py sheet.png cross_entropy_is_nll label_smoothing_residual --aspect 4:3
    python docs/contact_sheet.py sheet.png perplexity --as html

What stands behind the picture's name goes to ``derive slides``: names, subjects or a deck file, and options.  The slides are those of
Typst; with --as html those that Chromium prints, with --as beamer those of pdflatex, and with --as pptx those of LibreOffice.  Needs the
extra slides, and for the latter three pdftoppm (Debian: poppler-utils).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import typst

COLUMNS = 3
WIDTH = 480  # points of a slide on the sheet
MOST = 15  # slides on a sheet: their formulas can be read on a screen


def drawn(folder: Path, wishes: list[str], kind: str) -> list[Path]:
    """A picture of each slide."""

    def run(*command: str | Path) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    deck = folder / {"png": "slide.png", "html": "slide.html", "beamer": "slide.tex", "pptx": "slide.pptx"}[kind]
    # on paper the page of the web is no deck; printed, a deck has all lines of a slide
    handout = [] if kind == "html" else ["--handout"]
    made = subprocess.run([sys.executable, "-m", "derive.cli", "slides", *wishes, "-o", deck, *handout], check=False)
    if made.returncode:
        sys.exit(made.returncode)
    if kind == "html":
        run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf=slide.pdf", deck.as_uri())
    if kind == "beamer":
        run("pdflatex", "-interaction=batchmode", deck)
    if kind == "pptx":
        run("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", deck)
    if kind != "png":
        run("pdftoppm", "-r", "96", "-png", "slide.pdf", "slide")
    return sorted(folder.glob("slide*.png"))


def sheets(output: str, wishes: list[str]) -> int:
    """Draw the sheets, as many as it takes; returns how many slides are on them."""
    kind = "png"
    if "--as" in wishes:
        at = wishes.index("--as")
        kind = wishes[at + 1]
        wishes = [*wishes[:at], *wishes[at + 2 :]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = drawn(folder, wishes, kind)
        for low in range(0, len(pictures), MOST):
            cells = ", ".join(f'image("{p.name}", width: {WIDTH}pt)' for p in pictures[low : low + MOST])
            page = f"#set page(width: auto, height: auto, margin: 6pt, fill: gray)\n#grid(columns: {COLUMNS}, gutter: 6pt, {cells})\n"
            source = folder / "sheet.typ"
            source.write_text(page, encoding="utf-8")
            made = typst.compile(str(source), format="png", ppi=96)
            file = Path(output)
            file = file.with_stem(f"{file.stem}-{low // MOST + 1}") if len(pictures) > MOST else file
            file.write_bytes(made if isinstance(made, bytes) else made[0])
    return len(pictures)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    print(f"{sheets(sys.argv[1], sys.argv[2:])} slides on {sys.argv[1]}")
