"""Makes the pictures of the board in docs/img: real pages over invented news, seen by Chromium.

python tools/board_pictures.py            (needs the test extra and Debian's chromium)
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from boards import Board  # noqa: E402
from browsers import chromium  # noqa: E402
from monitor.model.daemon import Heartbeat  # noqa: E402
from showcase import furnish  # noqa: E402

WIDE = {"width": 1280, "height": 900}
HEADLINE = "Two+drones+hit+Ain+al-Asad+air+base+in+western+Iraq,+three+US+troops+wounded"


def main() -> None:
    """Writes board-now.png, board-incident.png, board-ledger.png and board-try.png."""
    with tempfile.TemporaryDirectory() as name:
        folder = furnish(Path(name))
        with Board(folder, database_url=f"sqlite:///{folder / 'basewatch.db'}") as board, chromium() as browser:
            with board.store.transaction() as tx:
                tx.note_daemon(heartbeat=Heartbeat(at=datetime.now(UTC)))
                incident = next(one.id for one in tx.incidents(date(2026, 1, 1)) if one.place_id == "ain-al-asad")
            one = f"/incidents/{incident}"
            paths = {"now": "/", "incident": one, "ledger": "/incidents", "try": f"/try?text={HEADLINE}"}
            with browser.new_context(viewport=WIDE, color_scheme="light", timezone_id="UTC") as window:
                for word, path in paths.items():
                    page = window.new_page()
                    page.goto(board.url(path))
                    page.locator("#live.on").wait_for()
                    picture = ROOT / "docs" / "img" / f"board-{word}.png"
                    page.screenshot(path=picture)
                    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes")
                    page.close()


if __name__ == "__main__":
    main()
