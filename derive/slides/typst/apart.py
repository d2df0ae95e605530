"""A program of its own: has Typst set ``main.typ`` in a folder, and leaves ``out.pdf`` there, or ``error.txt`` with status 3.

It knows nothing of derive, and ends when it is done: Typst gives no memory back before that.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(folder: Path, wishes: dict[str, Any]) -> int:
    import typst

    try:
        made = typst.compile(folder / "main.typ", root=folder, format="pdf", **wishes)
    except typst.TypstError as error:
        (folder / "error.txt").write_text(error.diagnostic, "utf-8")
        return 3
    (folder / "out.pdf").write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
