"""The theorems, in a checkout: this package is the folder ``proofs`` at the top of the repository.

An installed derive does not have this file: there, that folder itself is installed in this place.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_folder = Path(__file__).resolve().parents[2] / "proofs"
_spec = spec_from_file_location(__name__, _folder / "__init__.py", submodule_search_locations=[str(_folder)])
assert _spec is not None
assert _spec.loader is not None
sys.modules[__name__] = module_from_spec(_spec)  # what an import gives is what stands here when it ends
_spec.loader.exec_module(sys.modules[__name__])
