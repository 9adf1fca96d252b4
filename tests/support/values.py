"""Frozen values with every field filled, for tests that put them away and want them back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from monitor.model.alert import Alert, Decision, DecisionReason
from monitor.model.delivery import Address, Delivery
from monitor.model.document import DateMark
from monitor.model.feed import Feed
from monitor.model.incident import Incident
from monitor.model.item import Item, Novelty, NoveltyReason, StoredItem
from monitor.model.place import Place
from monitor.model.report import Act, Classification, Evidence, Facts, Level, ScorePart
from monitor.store.store import Transaction

NOW = datetime(2026, 11, 21, 10, 30, 15, 123456, tzinfo=UTC)
FEED = Feed(name="Rudaw — English", url="https://rudaw.example/feed", publisher="Rudaw", language="en")

CLASSIFICATION = Classification(
    act=Act.FOILED,
    rule="attack-on-base",
    level=Level.URGENT,
    send_to=("alerts", "duty"),
    trial=True,
    reason="a foiled attack on a base",
    facts=Facts(
        places=(Place(id="erbil", name="Erbil Air Base", role="target", precision="near", country="IQ"),),
        weapons=("drone",),
        claimed_by=("group-a",),
        attributed_to=("group-b",),
        killed=0,
        wounded=2,
        intercepted=3,
        date=date(2026, 11, 20),
    ),
    evidence=(Evidence(field="title", start=0, end=6, text="Drones", why="weapon: drone"),),
    score=(ScorePart(points=2.5, why="headline"),),
    rules_hash="abc",
)
INCIDENT = Incident(
    id="2026-11-21-erbil", place_id="erbil", place_name="Erbil Air Base", country="IQ", date=date(2026, 11, 21),
    opened_at=NOW, version=2, act=Act.CLAIM, level=Level.FLASH, told=True, weapons=("drone", "rocket"),
    claimed_by=("group-a",), attributed_to=("group-b",), named=("country:IQ", "nation:US"),
    more_places=(Place(id="country:SY", name="Syria", role="target", precision="country", country="SY"),),
    killed=1, wounded=None, first_title="Drones near أربيل",
)  # fmt: skip


def stored_item(item_id: str, *, feed: str = FEED.name, first_seen: datetime = NOW) -> StoredItem:
    """An item with nothing decided yet."""
    item = Item(id=item_id, title=f"Title of {item_id}", feed=feed, first_seen=first_seen)
    return StoredItem(item=item, novelty=Novelty.NEW, novelty_reason=NoveltyReason.UNKNOWN)


def full_item(item_id: str, *, copy_of: str | None = None) -> StoredItem:
    """An item of which every field is filled."""
    return StoredItem(
        item=Item(
            id=item_id, title="Drones near أربيل 🚀", summary="s", body="b\n\tb", url="https://x.example/1?a=b",
            feed=FEED.name, publisher="Rudaw", language="ar", published=NOW, first_seen=NOW,
        ),
        canonical_url="https://x.example/1?a=b", guid="guid-1", date_mark=DateMark.FUTURE, novelty=Novelty.UPDATED,
        novelty_reason=NoveltyReason.TEXT_CHANGED, copy_of=copy_of, updated_at=NOW, classification=CLASSIFICATION,
        decision=Decision(tell=True, reason=DecisionReason.FIRST, detail="first report"), incident_id=INCIDENT.id,
    )  # fmt: skip


def incident_alert(alert_id: str, *, version: int = 1, created_at: datetime = NOW) -> Alert:
    """An alert about one version of `INCIDENT`."""
    return Alert(
        id=alert_id, incident_id=INCIDENT.id, version=version, reason="FIRST", level=Level.URGENT, rule="r",
        channels=("alerts",), title="Attack", body="Two drones\nnear Erbil", created_at=created_at,
    )  # fmt: skip


def deliveries_of(tx: Transaction, alert_id: str) -> list[Delivery]:
    """The deliveries of one alert, the first queued first."""
    made = tx.alerts(NOW - timedelta(days=999))
    return next(list(deliveries) for alert, deliveries in made if alert.id == alert_id)


MAIL = Address(key="mail-1", channel="alerts", label="mailto://…@example.org")
CHAT = Address(key="chat-1", channel="alerts", label="slack://…")
