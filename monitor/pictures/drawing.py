"""The one door to matplotlib. It is loaded where something is drawn, and nowhere else: it costs time and memory."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from monitor.text.clean import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Form = Literal["png", "svg"]
#: no picture is larger: mail programs and chats show what is small
MOST_BYTES = 200_000
#: dots an inch, the first that gives a small enough file
_DOTS = (110, 90, 70, 50)
#: matplotlib is not made for several threads
_ONE = Lock()


def drawn(draw: Callable[[Figure], None], *, form: Form, size: tuple[float, float]) -> bytes:
    """The picture that `draw` makes; the same values give the same bytes."""
    with _ONE:
        # its cache of fonts belongs to no project and no home folder
        os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "basewatch-matplotlib"))
        import matplotlib

        settings = {"svg.hashsalt": "basewatch", "svg.fonttype": "path", "text.parse_math": False, "font.size": 9.0}
        with matplotlib.rc_context(settings):  # type: ignore[arg-type]
            picture = b""
            for dots in _DOTS:
                picture = _saved(draw, form, size, dots)
                if len(picture) <= MOST_BYTES or form == "svg":
                    break
    return picture


def _saved(draw: Callable[[Figure], None], form: Form, size: tuple[float, float], dots: int) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=dots, layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure)
    made = io.BytesIO()
    figure.savefig(made, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
    return made.getvalue()


def label(text: str, most: int = 40) -> str:
    """A name as it stands in a picture: one line, in signs that the font has, not too long."""
    shown = clean(text)
    shown = "".join(sign if ord(sign) < 0x2C00 else "?" for sign in shown)
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"
