"""Makes this folder again from the npm packages: ``python derive/slides/html/vendor/update.py`` (needs npm).

The files are those of the packages, unmodified.  ``manifest.json`` says which, of which version, with their SHA-256.
For another version change it there first.  ``--check`` writes nothing and says what differs from the packages.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MANIFEST = HERE / "manifest.json"


def read_manifest() -> dict[str, Any]:
    """Of each package its ``version``, its ``licence``, and ``files``: path in the package -> SHA-256."""
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def local(package: str, name: str) -> Path:
    """Where a file of a package lies here: dist/katex.min.css of katex in katex/katex.min.css."""
    return HERE / package / name.removeprefix("dist/")


def published(package: str, version: str) -> dict[str, bytes]:
    """All files of a package, fetched with npm from wherever this machine's npm gets packages."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{package}@{version}", "--pack-destination", folder, "--silent"]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, cwd=folder)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            members = [m for m in tar.getmembers() if m.isfile()]
            # in npm's archives everything is in one folder, mostly called package
            return {m.name.partition("/")[2]: tar.extractfile(m).read() for m in members}  # type: ignore[union-attr]


def modified() -> list[str]:
    """The files here that the manifest does not know, or knows otherwise; and those that are missing."""
    manifest = read_manifest()
    wanted = {local(p, f): sha for p, entry in manifest.items() for f, sha in entry["files"].items()}
    here = {f for package in manifest for f in (HERE / package).rglob("*") if f.is_file()}
    wrong = {f for f in here if wanted.get(f) != digest(f.read_bytes())} | (wanted.keys() - here)
    return sorted(f.relative_to(HERE).as_posix() for f in wrong)


def main(check: bool) -> int:
    manifest = read_manifest()
    differing = modified() if check else []
    for package, entry in manifest.items():
        files = published(package, entry["version"])
        for name in entry["files"]:
            if check:
                if digest(files.get(name, b"")) != entry["files"][name]:
                    differing.append(local(package, name).relative_to(HERE).as_posix())
                continue
            path = local(package, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
            entry["files"][name] = digest(files[name])
    if check:
        print("\n".join(f"differs: {name}" for name in sorted(set(differing))) or "as published")
        return 1 if differing else 0
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
