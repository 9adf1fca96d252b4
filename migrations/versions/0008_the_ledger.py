"""the ledger: what each report says, what changed of an incident and when, and which channel knows what"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: spelled out, not imported: a migration keeps the meaning it had when it was written
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(40)
ID = sa.String(13)
REPORT_ID = sa.String(26)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BELIEVABLE = timedelta(days=14)
MOST_TITLES = 12
#: incidents that are filled in at a time: with few values in one IN (…)
CHUNK = 500
#: rows of one INSERT
ROWS = 5_000
NEW_REASONS = (
    "RETRACTED", "TOLL_CORRECTED", "TOLL_UP", "DENIED", "CLAIMED", "PLACE_NAMED", "CONFIRMED", "ESCALATED",
    "RETALIATION", "HELD", "MUTED", "UPDATE_OLD",
)  # fmt: skip
INCIDENT_COLUMNS = (
    ("grade", sa.Text(), ""),
    ("answered_at", MOMENT, None),
    ("last_report_at", MOMENT, None),
    ("launched", sa.Integer(), None),
    ("intercepted", sa.Integer(), None),
    ("denied_by", sa.JSON(), "[]"),
    ("imported", sa.Boolean(), sa.false()),
    ("merged_into", sa.Text(), ""),
    ("answers", sa.JSON(), "[]"),
    ("titles", sa.JSON(), "[]"),
)
ALERT_COLUMNS = (
    ("audience", sa.Text(), ""),
    ("also", sa.JSON(), "[]"),
    ("style", sa.Text(), "duty"),
    ("html", sa.Text(), ""),
    ("attachments", sa.JSON(), "[]"),
)


def upgrade() -> None:
    for name, kind, default in INCIDENT_COLUMNS:
        op.add_column("incidents", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index("ix_incidents_merged_into", "incidents", ["merged_into"], **_only_where("merged_into <> ''"))
    with _deliveries_set_aside(), op.batch_alter_table("alerts") as alerts:
        for name, kind, default in ALERT_COLUMNS:
            alerts.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        alerts.drop_constraint("uq_alerts_incident_id_version", type_="unique")
        alerts.create_unique_constraint(
            "uq_alerts_incident_id_version_audience", ["incident_id", "version", "audience"]
        )
    _make_tables_of_incidents()
    _make_tables_of_channels()
    _fill()


def downgrade() -> None:
    for table in (
        "channel_state", "identity_rulings", "item_versions", "mutes", "held", "notifications", "incident_versions",
        "incident_places", "reports",
    ):  # fmt: skip
        op.drop_table(table)
    # words that the older program does not know
    words = ", ".join(f"'{word}'" for word in NEW_REASONS)
    for name in ("items", "feedback"):
        op.execute(f"UPDATE {name} SET decision = 'NEW_PLACE' WHERE decision = 'PLACE_NAMED'")
        op.execute(f"UPDATE {name} SET decision = 'NO_CHANGE' WHERE decision IN ({words})")
    op.execute("UPDATE alerts SET kind = 'operator' WHERE kind = 'summary'")
    # it knows one message of a version
    op.execute(
        "DELETE FROM deliveries WHERE alert_id IN (SELECT a.id FROM alerts a JOIN alerts b ON"
        " b.incident_id = a.incident_id AND b.version = a.version AND b.id < a.id)"
    )
    op.execute(
        "DELETE FROM alerts WHERE id IN (SELECT a.id FROM alerts a JOIN alerts b ON"
        " b.incident_id = a.incident_id AND b.version = a.version AND b.id < a.id)"
    )
    with _deliveries_set_aside(), op.batch_alter_table("alerts") as alerts:
        alerts.drop_constraint("uq_alerts_incident_id_version_audience", type_="unique")
        for name, *_ in reversed(ALERT_COLUMNS):
            alerts.drop_column(name)
        alerts.create_unique_constraint("uq_alerts_incident_id_version", ["incident_id", "version"])
    op.drop_index("ix_incidents_merged_into", "incidents")
    for name, *_ in reversed(INCIDENT_COLUMNS):
        op.drop_column("incidents", name)


def _only_where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


@contextmanager
def _deliveries_set_aside() -> Iterator[None]:
    """SQLite changes a table by a copy of it and drops the old one, which no row may refer to meanwhile."""
    if op.get_bind().dialect.name != "sqlite":
        yield
        return
    op.execute("CREATE TABLE deliveries_kept AS SELECT * FROM deliveries")
    op.execute("DELETE FROM deliveries")
    yield
    op.execute("INSERT INTO deliveries SELECT * FROM deliveries_kept")
    op.execute("DROP TABLE deliveries_kept")


def _of_incident(table: str) -> tuple[sa.Column[Any], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_incident_id_incidents"
    key = sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=name, initially="DEFERRED", deferrable=True)
    return sa.Column("incident_id", sa.Text(), nullable=False), key


def _columns(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _make_tables_of_incidents() -> None:
    op.create_table(
        "reports",
        *_columns(REPORT_ID, "id"),
        *_of_incident("reports"),
        *_columns(WORD, "link", "act", "voice"),
        *_columns(sa.Text(), "speaker", "publisher", "origin", "title", "url", "quote", "lead"),
        *_columns(MOMENT, "reported_at", "seen_at"),
        sa.Column("retracted_at", MOMENT, nullable=True),
        *_columns(sa.JSON(), "facts", "retracted", "doubts", "rules", "send_to"),
        sa.PrimaryKeyConstraint("id", "incident_id", name="pk_reports"),
    )
    op.create_index("ix_reports_incident_id_seen_at", "reports", ["incident_id", "seen_at"])
    op.create_table(
        "incident_places",
        *_of_incident("incident_places"),
        *_columns(sa.Text(), "place_id", "country"),
        *_columns(sa.Integer(), "position"),
        sa.PrimaryKeyConstraint("incident_id", "place_id", name="pk_incident_places"),
    )
    op.create_index("ix_incident_places_place_id", "incident_places", ["place_id"])
    op.create_index("ix_incident_places_country", "incident_places", ["country"])
    op.create_table(
        "incident_versions",
        *_of_incident("incident_versions"),
        *_columns(sa.Integer(), "version"),
        *_columns(MOMENT, "at"),
        *_columns(sa.JSON(), "reasons", "details", "known"),
        *_columns(WORD, "level"),
        *_columns(REPORT_ID, "report"),
        *_columns(sa.Boolean(), "quiet"),
        *_columns(sa.Text(), "note"),
        sa.PrimaryKeyConstraint("incident_id", "version", name="pk_incident_versions"),
    )
    op.create_index("ix_incident_versions_at", "incident_versions", ["at"])
    op.create_table(
        "item_versions",
        *_columns(ID, "item_id"),
        *_columns(MOMENT, "at"),
        *_columns(sa.Text(), "title", "summary", "body"),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_item_versions_item_id_items", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "at", name="pk_item_versions"),
    )
    op.create_table(
        "identity_rulings",
        *_columns(KEY, "id"),
        *_columns(WORD, "kind"),
        *_columns(sa.Text(), "one", "other"),
        sa.Column("item_id", REPORT_ID, nullable=True),
        *_columns(MOMENT, "at"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_rulings"),
    )
    op.create_index("ix_identity_rulings_one", "identity_rulings", ["one"])
    op.create_index("ix_identity_rulings_other", "identity_rulings", ["other"])


def _make_tables_of_channels() -> None:
    op.create_table(
        "notifications",
        *_of_incident("notifications"),
        *_columns(sa.Text(), "channel"),
        *_columns(sa.Integer(), "version"),
        *_columns(sa.JSON(), "reasons", "known"),
        *_columns(WORD, "level"),
        *_columns(ID, "alert_id"),
        *_columns(MOMENT, "queued_at"),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("taken_at", "failed_at", "acked_at")),
        *_columns(sa.Text(), "acked_by"),
        *_columns(sa.Integer(), "repeats"),
        sa.Column("sure", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("incident_id", "channel", name="pk_notifications"),
    )
    op.create_index("ix_notifications_alert_id", "notifications", ["alert_id"])
    op.create_index("ix_notifications_channel", "notifications", ["channel"], **_only_where("acked_at IS NULL"))
    op.create_table(
        "held",
        *_of_incident("held"),
        *_columns(sa.Text(), "channel"),
        *_columns(WORD, "why", "level"),
        *_columns(MOMENT, "since"),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("incident_id", "channel", name="pk_held"),
    )
    op.create_index("ix_held_due_at", "held", ["due_at"])
    op.create_table(
        "mutes",
        *_columns(WORD, "kind"),
        *_columns(sa.Text(), "target", "note"),
        *_columns(MOMENT, "until", "at"),
        sa.PrimaryKeyConstraint("kind", "target", name="pk_mutes"),
    )
    op.create_index("ix_mutes_until", "mutes", ["until"])
    op.create_table(
        "channel_state",
        *_columns(sa.Text(), "channel"),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("last_digest_day", "last_digest_week")),
        *_columns(sa.JSON(), "sent"),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_state"),
    )


# ---------------------------------------------------------------------- what is known of the past


def _table(name: str) -> sa.Table:
    """A table as it lies in the database, with the columns that are asked for or filled in here."""
    kinds: dict[str, Any] = {
        **dict.fromkeys(("opened_at", "first_seen", "published", "created_at", "reported_at", "seen_at", "at",
                         "queued_at", "taken_at", "last_report_at"), MOMENT),
        **dict.fromkeys(("more_places", "told_to", "claimed_by", "classification", "channels", "facts", "retracted",
                         "doubts", "rules", "send_to", "reasons", "details", "known", "titles"), sa.JSON()),
        **dict.fromkeys(("told", "quiet"), sa.Boolean()),
    }  # fmt: skip
    columns = {
        "incidents": "id place_id country more_places opened_at version level told told_to claimed_by killed wounded"
        " titles last_report_at",
        "items": "id feed_id incident_id title summary body url publisher published first_seen classification",
        "feeds": "id name",
        "alerts": "id incident_id version reason level channels created_at",
        "reports": "id incident_id link act voice speaker publisher origin title url quote lead reported_at seen_at"
        " facts retracted doubts rules send_to",
        "incident_places": "incident_id place_id country position",
        "incident_versions": "incident_id version at reasons details known level report quiet note",
        "notifications": "incident_id channel version reasons known level alert_id queued_at taken_at acked_by repeats",
    }[name].split()
    return sa.Table(name, sa.MetaData(), *(sa.Column(one, kinds.get(one)) for one in columns))


def _fill() -> None:
    """A report for each item of an incident, its places, its versions, and what each channel was told of it."""
    connection = op.get_bind()
    incidents = _table("incidents")
    last = ""
    while True:
        asked = sa.select(incidents).where(incidents.c.id > last).order_by(incidents.c.id).limit(CHUNK)
        some = connection.execute(asked).mappings().all()
        if not some:
            return
        last = some[-1]["id"]
        ids = [incident["id"] for incident in some]
        reports = _by_incident(_reports(connection, ids))
        alerts = _by_incident(_alerts(connection, ids))
        _insert("reports", (one for found in reports.values() for one in found))
        _insert("incident_places", (place for incident in some for place in _places(incident)))
        known = {incident["id"]: _known(incident, reports.get(incident["id"], ())) for incident in some}
        _insert(
            "incident_versions",
            (row for one in some for row in _versions(one, alerts.get(one["id"], ()), known[one["id"]])),
        )
        _insert(
            "notifications",
            (row for one in some for row in _notifications(one, alerts.get(one["id"], ()), known[one["id"]])),
        )
        rows = [
            {
                "of": id,
                "titles": [one["title"] for one in found[-MOST_TITLES:]],
                "last_report_at": max(one["reported_at"] for one in found),
            }
            for id, found in reports.items()
        ]
        if rows:
            connection.execute(sa.update(incidents).where(incidents.c.id == sa.bindparam("of")), rows)


def _by_incident(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["incident_id"], []).append(row)
    return found


def _insert(name: str, rows: Iterable[dict[str, Any]]) -> None:
    waiting = list(rows)
    for first in range(0, len(waiting), ROWS):
        op.get_bind().execute(sa.insert(_table(name)), waiting[first : first + ROWS])


def _reports(connection: sa.Connection, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    items, feeds = _table("items"), _table("feeds")
    asked = sa.select(items, feeds.c.name.label("feed")).join(feeds, feeds.c.id == items.c.feed_id)
    for item in connection.execute(asked.where(items.c.incident_id.in_(ids)).order_by(items.c.id)).mappings():
        found = item["classification"] or {}
        facts, act = found.get("facts", {}), found.get("act", "other")
        claims = act == "claim" or facts.get("toll_claimed", False)
        yield {
            "id": item["id"],
            "incident_id": item["incident_id"],
            "link": {"claim": "claim", "toll": "toll", "retraction": "retraction"}.get(act, "report"),
            "act": act,
            "voice": "claimant" if claims else "media",
            "publisher": item["publisher"] or item["feed"],
            "title": item["title"],
            "url": item["url"],
            "quote": _words(item, found.get("deciding")),
            "lead": _words(item, found.get("lead")),
            "reported_at": _reported(item["published"], item["first_seen"]),
            "seen_at": item["first_seen"],
            "facts": facts,
            "rules": found.get("taken") or _only_rule(found),
            "send_to": found.get("send_to", []),
            "speaker": "",
            "origin": "",
            "retracted": [],
            "doubts": [],
        }


def _only_rule(found: Any) -> list[dict[str, Any]]:
    """Of what was stored before every rule that took an item was."""
    rule, level = found.get("rule"), found.get("level")
    named = {name: found[name] for name in ("send_to", "trial") if name in found}
    return [{"rule": rule, "level": level, **named}] if rule and level else []


def _words(item: Any, span: Any) -> str:
    return " ".join(item[span["field"]][span["start"] : span["end"]].split()) if span else ""


def _reported(published: datetime | None, first_seen: datetime) -> datetime:
    return published if published is not None and abs(first_seen - published) <= BELIEVABLE else first_seen


def _alerts(connection: sa.Connection, ids: Sequence[str]) -> Iterator[Any]:
    alerts = _table("alerts")
    of_them = sa.select(alerts).where(alerts.c.incident_id.in_(ids))
    yield from connection.execute(of_them.order_by(alerts.c.created_at, alerts.c.id)).mappings()


def _all_places(incident: Any) -> dict[str, str]:
    """Country by id, the first place first."""
    places = {incident["place_id"]: incident["country"]}
    for place in incident["more_places"]:
        places.setdefault(place["id"], place.get("country", ""))
    return places


def _places(incident: Any) -> Iterator[dict[str, Any]]:
    for position, (place_id, country) in enumerate(_all_places(incident).items()):
        yield {"incident_id": incident["id"], "place_id": place_id, "country": country, "position": position}


def _known(incident: Any, reports: Sequence[Any]) -> dict[str, Any]:
    """The numbers of the incident as they are now; what they were at an earlier version was not kept."""
    known = {
        "killed": incident["killed"],
        "wounded": incident["wounded"],
        "claimed_by": incident["claimed_by"],
        "places": list(_all_places(incident)),
        "level": incident["level"],
        "reports": [one["id"] for one in reports],
    }
    return {name: value for name, value in known.items() if value not in (None, [])}


def _versions(incident: Any, alerts: Sequence[Any], known: Any) -> Iterator[dict[str, Any]]:
    of_all = {"incident_id": incident["id"], "details": [], "known": known, "report": ""}
    told = {alert["version"]: alert for alert in alerts}
    if 1 not in told:  # the ledger has its opening all the same
        level, note = incident["level"], "from before versions were recorded"
        opening = {"version": 1, "at": incident["opened_at"], "reasons": ["FIRST"], "level": level, "note": note}
        yield {**of_all, **opening, "quiet": True}
    for version, alert in told.items():
        reason = "PLACE_NAMED" if alert["reason"] == "NEW_PLACE" else "FIRST"
        one = {"version": version, "at": alert["created_at"], "reasons": [reason], "level": alert["level"], "note": ""}
        yield {**of_all, **one, "quiet": False}


def _notifications(incident: Any, alerts: Sequence[Any], known: Any) -> Iterator[dict[str, Any]]:
    if not incident["told"]:
        return
    newest = alerts[-1] if alerts else None
    at = newest["created_at"] if newest else incident["opened_at"]
    for channel in dict.fromkeys(incident["told_to"] or (newest["channels"] if newest else [])):
        of_it = next((alert for alert in reversed(alerts) if channel in alert["channels"]), newest)
        yield {
            "incident_id": incident["id"],
            "channel": channel,
            "version": of_it["version"] if of_it else incident["version"],
            "reasons": [of_it["reason"] if of_it else "FIRST"],
            "known": known,
            "level": of_it["level"] if of_it else incident["level"],
            "alert_id": of_it["id"] if of_it else "",
            "queued_at": of_it["created_at"] if of_it else at,
            "taken_at": of_it["created_at"] if of_it else at,
            "acked_by": "",
            "repeats": 0,
        }
