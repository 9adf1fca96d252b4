"""One GET to an address of the operator's own: a dead-man's switch, which alarms when it hears nothing any more."""

from __future__ import annotations

from monitor.feeds.fetch.plainhttpx import httpx


async def ping(url: str, *, agent: str, seconds: float) -> str:
    """Asks `url` once. Empty where it answered well, else why not; never holds the address, which is a secret.

    The address is the operator's own setting, so an inner one is as good as any; a redirect is not followed.
    """
    try:
        async with (
            httpx.AsyncClient(timeout=seconds, headers={"User-Agent": agent}, trust_env=False) as client,
            client.stream("GET", url) as answer,  # its body is nobody's business
        ):
            return "" if answer.is_success else f"http {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return type(error).__name__
