"""httpx without its command line, which would load Rich and Pygments at every start: a tenth of a second for nothing.

httpx goes without where that part cannot be imported, and so it cannot while httpx is imported here.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

_COMMAND_LINE = "httpx._main"

if _COMMAND_LINE not in sys.modules:
    sys.modules[_COMMAND_LINE] = cast(ModuleType, None)  # Python's own sign for "cannot be imported"
try:
    import httpx
finally:
    if sys.modules[_COMMAND_LINE] is None:
        del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
