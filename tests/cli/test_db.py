"""`basewatch db`, and databases that are none of ours."""

from __future__ import annotations

from pathlib import Path

from commands import Call
from serving import FeedServer


def test_db_upgrade_makes_a_database_and_is_content_with_it(call: Call, here: Path) -> None:
    assert call("db", "upgrade")[0] == 0
    assert (here / "basewatch.db").exists()
    code, out, _ = call("db", "upgrade")
    assert code == 0
    assert "current" in out


def test_a_database_of_something_else_is_refused(call: Call, here: Path, configuration: FeedServer) -> None:
    import sqlite3

    with sqlite3.connect(here / "basewatch.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    for command in ("poll", "incidents", "health", "db upgrade", "check"):
        code, out, err = call(*command.split())
        assert code == 1
        assert "something else" in out + err


def test_a_file_that_is_no_database(call: Call, here: Path, configuration: FeedServer) -> None:
    (here / "basewatch.db").write_text("this is no database " * 300)
    for command in ("poll", "incidents", "health", "check"):
        code, out, err = call(*command.split())
        assert code == 1
        assert "a bug" not in err
        assert out + err
