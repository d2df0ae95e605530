"""Contact sheets: the slides of theorems, as they stand after the last click, side by side in one picture, to be looked at.

    python docs/contact_sheet.py sheet.png cross_entropy_is_nll label_smoothing_residual --aspect 4:3

What stands behind the picture's name goes to ``derive slides``: names, subjects or a deck file, and options.  Needs the extra slides.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import typst

COLUMNS = 3
WIDTH = 480  # points of a slide on the sheet


def sheet(output: str, wishes: list[str]) -> int:
    """Draw the sheet; returns how many slides are on it."""
    with tempfile.TemporaryDirectory() as folder:
        slide = Path(folder) / "slide.png"
        subprocess.run([sys.executable, "-m", "derive.cli", "slides", *wishes, "-o", slide, "--handout"], check=True)
        pictures = sorted(Path(folder).glob("slide*.png"))
        cells = ", ".join(f'image("{p.name}", width: {WIDTH}pt)' for p in pictures)
        page = f"#set page(width: auto, height: auto, margin: 6pt, fill: gray)\n#grid(columns: {COLUMNS}, gutter: 6pt, {cells})\n"
        source = Path(folder) / "sheet.typ"
        source.write_text(page, encoding="utf-8")
        drawn = typst.compile(str(source), format="png", ppi=96)
    Path(output).write_bytes(drawn if isinstance(drawn, bytes) else drawn[0])
    return len(pictures)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    print(f"{sheet(sys.argv[1], sys.argv[2:])} slides on {sys.argv[1]}")
