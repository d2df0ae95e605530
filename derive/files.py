"""Writing files whole or not at all: to a temporary file beside the target first, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from derive.errors import UserError


def write_whole(files: Mapping[Path, bytes] | Mapping[str, bytes]) -> None:
    """Write all the files, or none when one of them cannot be written."""
    written: list[tuple[str, Path]] = []
    try:
        for name, data in files.items():
            target = Path(name)
            if not target.parent.is_dir():
                raise UserError(f"{name}: the folder {target.parent} does not exist")
            if target.is_dir():
                raise UserError(f"{name} is a folder; name a file")
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            written.append((temporary, target))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(temporary, 0o666 & ~_umask())
        while written:
            os.replace(*written[0])
            written.pop(0)
    finally:
        for temporary, _ in written:
            os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
