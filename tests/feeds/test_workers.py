"""Documents that hang, swell or crash the parser cost their own worker and nobody else anything."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.lanes import GOOD, SUSPECT
from monitor.feeds.parse.frames import JOB_HEAD, Job, pack_job
from monitor.feeds.parse.pool import ParseLimits, ParseWorkers
from monitor.model.document import ParsedFeed, ParseFailed, ParseProblem
from serving import wait_for

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RSS = b"<rss version='2.0'><channel><title>t</title><item><title>hello</title></item></channel></rss>"
#: holds feedparser 6.0.14, which the comment calls for, for many seconds, and with it the interpreter's lock
EVIL = b"<rss version='2.0'><channel><item><!-- --><author>%s</author></item></channel></rss>" % (b"a" * 65536)
#: text that is copied a dozen times on its way
HOG = "<rss version='2.0'><channel><item><title>{}</title></item></channel></rss>".format("نص " * 3_000_000).encode()
SHORT = ParseLimits(seconds=0.8, size=2, most=4)

Answer = ParsedFeed | ParseFailed


def run(story: Callable[[ParseWorkers], Awaitable[None]], limits: ParseLimits | None = None) -> None:
    async def whole() -> None:
        workers = ParseWorkers(limits=limits)
        try:
            await story(workers)
        finally:
            await workers.aclose()
        assert workers.pids == ()

    asyncio.run(whole())


async def ask(workers: ParseWorkers, body: bytes) -> Answer:
    return await workers.parse(body, content_type="text/xml", base_url="https://a.example/", now=NOW)


def problem(answer: Answer) -> ParseProblem | None:
    return answer.problem if isinstance(answer, ParseFailed) else None


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_document_is_parsed_in_another_process_that_is_used_again() -> None:
    async def story(workers: ParseWorkers) -> None:
        assert workers.pids == (), "nothing is started before it is needed"
        first = await ask(workers, RSS)
        assert isinstance(first, ParsedFeed)
        assert [entry.title for entry in first.entries] == ["hello"]
        pids = workers.pids
        assert await ask(workers, RSS) == first
        assert workers.pids == pids
        assert os.getpid() not in pids

    run(story)


def test_the_daemon_never_loads_the_parser() -> None:
    program = "import sys, monitor.feeds.parse.pool, monitor.feeds.fetch.fetcher, monitor.fulltext; print(*sys.modules)"
    root = Path(__file__).parent.parent.parent
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    assert not {"feedparser", "selectolax", "dateparser", "lxml", "trafilatura"} & set(loaded.split())


def test_a_slow_document_is_killed_and_delays_nobody() -> None:
    async def story(workers: ParseWorkers) -> None:
        order: list[str] = []

        async def note(name: str, body: bytes) -> Answer:
            answer = await ask(workers, body)
            order.append(name)
            return answer

        slow = [asyncio.create_task(note("slow", EVIL)) for _ in range(3)]
        await asyncio.sleep(0)  # the slow ones come first and take every worker there is
        quick = await asyncio.gather(*(note("quick", RSS) for _ in range(10)))
        assert order == ["quick"] * 10, "they overtook the slow ones, which hold more workers than there are"
        assert all(isinstance(answer, ParsedFeed) for answer in quick)
        assert [problem(answer) for answer in await asyncio.gather(*slow)] == [ParseProblem.TIMED_OUT] * 3
        assert isinstance(await ask(workers, RSS), ParsedFeed)
        assert len(workers.pids) <= SHORT.size

    run(story, ParseLimits(seconds=1.5, size=2, most=4))


def test_the_event_loop_goes_on_beside_a_slow_document() -> None:
    async def story(workers: ParseWorkers) -> None:
        loop = asyncio.get_running_loop()
        slow = asyncio.create_task(ask(workers, EVIL))
        longest, last = 0.0, loop.time()
        while not slow.done():
            await asyncio.sleep(0.01)
            longest, last = max(longest, loop.time() - last), loop.time()
        assert problem(slow.result()) is ParseProblem.TIMED_OUT
        assert longest < 1.0

    run(story, SHORT)


def test_many_ordinary_documents_do_not_grow_the_pool() -> None:
    async def story(workers: ParseWorkers) -> None:
        tasks = [asyncio.create_task(ask(workers, RSS)) for _ in range(200)]
        most = 0
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0.005)
            most = max(most, len(workers.pids))
        assert most == SHORT.size
        assert all(isinstance(task.result(), ParsedFeed) for task in tasks)

    run(story, SHORT)


def test_a_large_document_of_a_good_feed_does_not_wait_for_those_of_suspects() -> None:
    large = RSS.replace(b"hello", b"hello" + b" word" * 250_000)

    async def story(workers: ParseWorkers) -> None:
        done = list[int]()

        async def read(rank: int) -> None:
            await workers.parse(large, content_type="text/xml", base_url="https://a.example/", now=NOW, rank=rank)
            done.append(rank)

        suspects = [asyncio.create_task(read(SUSPECT)) for _ in range(5)]
        await asyncio.sleep(0)
        await asyncio.gather(read(GOOD), *suspects)
        assert done.index(GOOD) <= 1, "only the one that was at work already goes before it"

    run(story)


def test_a_memory_hog_fails_alone() -> None:
    async def story(workers: ParseWorkers) -> None:
        hog, *others = await asyncio.gather(ask(workers, HOG), *(ask(workers, RSS) for _ in range(5)))
        assert problem(hog) is ParseProblem.OUT_OF_MEMORY
        assert all(isinstance(answer, ParsedFeed) for answer in others)

    run(story, ParseLimits(seconds=20, memory_bytes=128 << 20))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_is_that_documents_result(number: signal.Signals) -> None:
    async def story(workers: ParseWorkers) -> None:
        await ask(workers, RSS)
        (pid,) = workers.pids
        slow = asyncio.create_task(ask(workers, EVIL))
        await asyncio.sleep(0.05)
        os.kill(pid, number)
        answer = await slow
        assert isinstance(answer, ParseFailed)
        assert answer.problem is ParseProblem.CRASHED
        assert number.name in answer.detail
        assert isinstance(await ask(workers, RSS), ParsedFeed)

    run(story)


def test_the_systems_own_kill_means_memory() -> None:
    async def story(workers: ParseWorkers) -> None:
        await ask(workers, RSS)
        (pid,) = workers.pids
        slow = asyncio.create_task(ask(workers, EVIL))
        await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        assert problem(await slow) is ParseProblem.OUT_OF_MEMORY

    run(story)


def test_a_worker_that_died_idle_is_replaced() -> None:
    async def story(workers: ParseWorkers) -> None:
        await ask(workers, RSS)
        (pid,) = workers.pids
        os.kill(pid, signal.SIGKILL)
        for _ in range(500):
            if is_gone(pid) and not any(worker.alive for worker in workers._all):  # the loop has heard of it
                break
            await asyncio.sleep(0.01)
        assert isinstance(await ask(workers, RSS), ParsedFeed)
        assert pid not in workers.pids

    run(story)


def test_a_stuck_worker_is_killed_by_the_clock() -> None:
    async def story(workers: ParseWorkers) -> None:
        await ask(workers, RSS)
        (pid,) = workers.pids
        os.kill(pid, signal.SIGSTOP)
        assert problem(await ask(workers, RSS)) is ParseProblem.TIMED_OUT
        assert isinstance(await ask(workers, RSS), ParsedFeed)
        assert is_gone(pid)

    run(story, ParseLimits(seconds=0.3))


def test_a_cancelled_question_never_answers_the_next_one() -> None:
    async def story(workers: ParseWorkers) -> None:
        await ask(workers, RSS)
        (pid,) = workers.pids
        slow = asyncio.create_task(ask(workers, EVIL))
        await asyncio.sleep(0.05)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        other = RSS.replace(b"hello", b"other")
        answers = await asyncio.gather(*(ask(workers, other) for _ in range(4)))
        assert {answer.entries[0].title for answer in answers if isinstance(answer, ParsedFeed)} == {"other"}
        assert len(answers) == 4
        assert pid not in workers.pids

    run(story)


def test_cancelled_waiters_leave_the_queue_in_order() -> None:
    async def story(workers: ParseWorkers) -> None:
        tasks = [asyncio.create_task(ask(workers, RSS)) for _ in range(40)]
        await asyncio.sleep(0.01)
        for task in tasks[5:35:2]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(answer, ParsedFeed) for answer in answers) >= 25
        assert isinstance(await asyncio.wait_for(ask(workers, RSS), 10), ParsedFeed)

    run(story, ParseLimits(size=1, most=1))


def test_closing_kills_what_is_at_work() -> None:
    async def story() -> None:
        workers = ParseWorkers()
        await ask(workers, RSS)
        pids = workers.pids
        slow = asyncio.create_task(ask(workers, EVIL))
        await asyncio.sleep(0.05)
        await workers.aclose()
        assert problem(await asyncio.wait_for(slow, 5)) is not None
        assert all(is_gone(pid) for pid in pids)
        assert problem(await ask(workers, RSS)) is ParseProblem.CRASHED

    asyncio.run(story())


def worker() -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parent.parent.parent)
    command = [sys.executable, "-m", "monitor.feeds.parse.worker", str(512 << 20), "5"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)


def test_a_worker_ends_with_its_daemon_and_ignores_the_terminal() -> None:
    with worker() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(pack_job(Job(body=RSS, content_type=None, base_url="", now=NOW))))
        process.stdin.flush()
        assert process.stdout.read(5)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_worker_ends_when_its_daemon_dies_in_the_middle_of_a_sentence() -> None:
    with worker() as process:
        assert process.stdin is not None
        process.stdin.write(JOB_HEAD.pack(10, 1000) + b"half")
        process.stdin.close()
        assert process.wait(10) == 0


def test_no_worker_outlives_a_killed_daemon() -> None:
    program = """
import asyncio, sys, datetime
from monitor.feeds.parse.pool import ParseWorkers
async def main():
    workers = ParseWorkers()
    now = datetime.datetime.now(datetime.timezone.utc)
    await workers.parse(b"<rss/>", content_type=None, base_url="", now=now)
    print(*workers.pids, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    root = str(Path(__file__).parent.parent.parent)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=root) as daemon:
        assert daemon.stdout is not None
        pid = int(daemon.stdout.readline())
        assert not is_gone(pid)
        daemon.kill()
        daemon.wait(10)
        wait_for(lambda: is_gone(pid) or _is_zombie(pid))


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_the_daemons_secrets_do_not_reach_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASEWATCH_DATABASE_URL", "postgresql://me:SECRET@db/x")

    async def story(workers: ParseWorkers) -> None:
        await ask(workers, RSS)
        (pid,) = workers.pids
        assert b"SECRET" not in Path(f"/proc/{pid}/environ").read_bytes()

    run(story)
