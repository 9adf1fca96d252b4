"""How many files and sockets this process may have open: as many as its polls need, as far as the system allows."""

from __future__ import annotations

import contextlib
import logging

log = logging.getLogger(__name__)

#: database, logs, workers, senders and what the interpreter holds
BESIDE_POLLS = 256


def allow(sockets: int) -> int:
    """Raises the soft limit for so many sockets of polls, at most to the hard limit; answers what may be open now.

    Without it hundreds of servers that hang would use up the usual 1,024, and a feed would fail for our own trouble.
    Systems without such limits (Windows) are left alone.
    """
    try:
        import resource
    except ImportError:
        return sockets + BESIDE_POLLS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + BESIDE_POLLS
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    if soft < wanted:
        log.warning(
            "only %d files may be open, %d may be needed: lower BASEWATCH_CONCURRENCY or raise ulimit -n", soft, wanted
        )
    return soft
