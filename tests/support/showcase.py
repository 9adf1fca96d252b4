"""A board with invented news on it: the real pipeline over feeds on loopback, in four scripts, over a day and more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsroom import Newsroom, Story


def furnish(folder: Path, *, now: datetime | None = None) -> Path:
    """Polls invented feeds with the shipped rules; answers the folder that holds feeds file and database."""
    now = now or datetime.now(UTC)

    def at(hours: float) -> datetime:
        return now - timedelta(hours=hours)

    with Newsroom(folder) as room:
        wire = room.feed(
            "harbour-wire",
            [Story("Harbour prices rise again", published=at(60))],
            publisher="Harbour Wire",
            language="en",
        )
        levant = room.feed(
            "levant-daily", [Story("Bridge reopens", published=at(60))], publisher="Levant Daily", language="en"
        )
        arabic = room.feed(
            "shore-paper", [Story("افتتاح الجسر", published=at(60))], publisher="صحيفة الشاطئ", language="ar"
        )
        persian = room.feed(
            "coast-paper", [Story("پل باز شد", published=at(60))], publisher="روزنامه ساحل", language="fa"
        )
        hebrew = room.feed("beach-paper", [Story("הגשר נפתח", published=at(60))], publisher="עיתון החוף", language="he")
        room.poll(now=at(50))
        wire.add(Story(
            "Two drones hit Ain al-Asad air base in western Iraq, three US troops wounded",
            summary="Two drones hit Ain al-Asad air base in western Iraq, wounding three US troops, officials said.",
            published=at(30),
        ))  # fmt: skip
        levant.add(Story("Rockets fired at Al-Tanf garrison in Syria, no casualties", published=at(29)))
        arabic.add(
            Story("هجوم بطائرات مسيرة على قاعدة عين الأسد غرب العراق وإصابة ثلاثة جنود أمريكيين", published=at(29.5))
        )
        room.poll(now=at(28))
        wire.add(Story(
            "Pentagon: three US troops killed, 34 wounded in drone attack on Ain al-Asad air base",
            summary="Three American soldiers were killed and 34 wounded at Ain al-Asad, the Pentagon said.",
            published=at(20),
        ))  # fmt: skip
        levant.add(
            Story("Islamic Resistance in Iraq claims drone attack on Ain al-Asad air base", published=at(19)),
            Story("Militia commander threatens to strike US bases in Iraq if troops stay", published=at(18)),
        )
        persian.add(Story("حمله پهپادی به پایگاه حریر در اربیل", published=at(6)))
        hebrew.add(Story('כטב"מ פגע בבסיס חריר בארביל שבעיראק, שני חיילים אמריקאים נפצעו', published=at(5)))
        room.poll(now=at(5))
        wire.add(Story("Drone attack on Harir air base in Erbil thwarted, security source says", published=at(1)))
        room.poll(now=at(0.5))
        room.poll(now=at(0.01))
    return folder
