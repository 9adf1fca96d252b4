"""From the outside: certificates that prove nothing, TLS that is none, and redirects that lead out of it.

Real servers on loopback with certificates made for each row of `tests/data/feeds/outside/certificates.txt`; the client
is told to trust one authority, as a machine trusts its own list. `-s` prints how many became what.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import (
    CertificateBuilder,
    DNSName,
    Name,
    NameAttribute,
    SubjectAlternativeName,
    load_pem_x509_certificate,
)
from cryptography.x509.oid import NameOID

from monitor.feeds.fetch.fetcher import Fetcher, FetchLimits
from monitor.feeds.fetch.network import Endpoint
from monitor.model.document import Fetched, FetchFailed, NotModified
from serving import FeedServer

TABLE = Path(__file__).parent.parent / "data/feeds/outside/certificates.txt"
OUTSIDE = [ip_network("127.0.0.1/32")]
RSS = b"<rss version='2.0'><channel><title>t</title></channel></rss>"
NOW = datetime.now(UTC)
PAST, FUTURE = NOW - timedelta(days=400), NOW + timedelta(days=400)
HOST = "news.feeds.example"
BECAME: Counter[str] = Counter()

Answer = Fetched | NotModified | FetchFailed


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").split("\n")
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("# ")]


@dataclass(frozen=True)
class Authorities:
    """The authority that the client trusts, and one that it has never heard of."""

    trusted: trustme.CA
    unknown: trustme.CA


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authorities]:
    made = Authorities(trustme.CA(), trustme.CA())
    bundle = tmp_path_factory.mktemp("tls") / "trusted.pem"
    bundle.write_bytes(made.trusted.cert_pem.bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(bundle))
        yield made
    print(f"\ncertificates: {BECAME.total()} inputs:", ", ".join(f"{word} {n}" for word, n in BECAME.most_common()))


def context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(tls)
    return tls


def server_of(kind: str, authorities: Authorities, folder: Path) -> ssl.SSLContext:
    """The server's side of one row."""
    trusted = authorities.trusted
    if kind.startswith("intermediate"):
        return _intermediate(trusted, folder, is_sent=kind.endswith("sent"))
    if kind == "self-signed":
        return context_of(trustme.CA(), folder)
    if kind == "made by one that is no authority":
        return _signed_by_a_leaf(trusted, folder)
    leaves = {
        "wildcard": lambda: trusted.issue_cert("*.feeds.example"),
        "expired": lambda: trusted.issue_cert(HOST, not_before=PAST, not_after=NOW - timedelta(days=1)),
        "not yet valid": lambda: trusted.issue_cert(HOST, not_before=NOW + timedelta(days=1), not_after=FUTURE),
        "unknown authority": lambda: authorities.unknown.issue_cert(HOST),
        "another host": lambda: trusted.issue_cert("other.example"),
        "another host with ours in its common name": lambda: trusted.issue_cert("other.example", common_name=HOST),
        "wildcard one level too high": lambda: trusted.issue_cert("*.example"),
        "wildcard one level too low": lambda: trusted.issue_cert(f"*.{HOST}"),
        "an address for a name": lambda: trusted.issue_cert("127.0.0.1"),
    }
    tls = context(leaves.get(kind, lambda: trusted.issue_cert(HOST))())
    if kind == "client certificate wanted":
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(cadata=authorities.unknown.cert_pem.bytes().decode())
    versions = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
                "1.3": ssl.TLSVersion.TLSv1_3}  # fmt: skip
    if kind.startswith("tls "):
        with (
            pytest.warns(DeprecationWarning, match="TLSv1") if kind[4:7] in ("1.0", "1.1") else contextlib.nullcontext()
        ):
            tls.minimum_version = tls.maximum_version = versions[kind[4:7]]
        if kind[4:7] in ("1.0", "1.1"):
            tls.set_ciphers("ALL:@SECLEVEL=0")
    if kind == "no common cipher":
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        tls.set_ciphers("NULL:aNULL:@SECLEVEL=0")
    return tls


def context_of(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    """A server that shows the certificate of an authority itself."""
    authority.cert_pem.write_to_path(folder / "self.pem")
    authority.private_key_pem.write_to_path(folder / "self-key.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "self.pem", folder / "self-key.pem")
    return tls


def _intermediate(root: trustme.CA, folder: Path, *, is_sent: bool) -> ssl.SSLContext:
    leaf = root.create_child_ca().issue_cert(HOST)
    if is_sent:
        return context(leaf)
    leaf.cert_chain_pems[0].write_to_path(folder / "leaf.pem")
    leaf.private_key_pem.write_to_path(folder / "leaf-key.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "leaf.pem", folder / "leaf-key.pem")
    return tls


def _signed_by_a_leaf(root: trustme.CA, folder: Path) -> ssl.SSLContext:
    """A certificate that somebody made with the key of a certificate of an own site."""
    leaf = root.issue_cert("other.example")
    signer = load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        CertificateBuilder()
        .subject_name(Name([NameAttribute(NameOID.COMMON_NAME, HOST)]))
        .issuer_name(signer.subject)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(PAST)
        .not_valid_after(FUTURE)
        .add_extension(SubjectAlternativeName([DNSName(HOST)]), critical=False)
        .sign(load_pem_private_key(leaf.private_key_pem.bytes(), None), SHA256())  # type: ignore[arg-type]
    )
    chain = made.public_bytes(Encoding.PEM) + leaf.cert_chain_pems[0].bytes()
    (folder / "leaf.pem").write_bytes(chain)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "leaf-key.pem").write_bytes(secret)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "leaf.pem", folder / "leaf-key.pem")
    return tls


async def resolve(host: str, port: int) -> Sequence[Endpoint]:
    return [(socket.AF_INET, ("127.0.0.2" if host.startswith("inside") else "127.0.0.1", port))]


def fetch(url: str, *, seconds: float = 5) -> Answer:
    async def run() -> Answer:
        fetcher = Fetcher(limits=FetchLimits(total_seconds=seconds), allow_networks=OUTSIDE, resolver=resolve)
        try:
            return await fetcher.fetch(url)
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def asked(kind: str, authorities: Authorities, folder: Path) -> Answer:
    """What the client makes of one row."""
    if " to " in kind:
        return _redirected(kind, authorities, folder)
    if "handshake" in kind or kind == "plain http" or kind.startswith("cut"):
        return _raw(kind, authorities)
    with FeedServer(tls=server_of(kind, authorities, folder)) as server:
        server.put("/feed", RSS)
        host = "127.0.0.1" if kind == "a name for an address" else HOST
        answer = fetch(f"https://{host}:{server.port}/feed")
        assert isinstance(answer, Fetched) == bool(server.requests), "nothing is asked of a server that is not proved"
    return answer


def _redirected(kind: str, authorities: Authorities, folder: Path) -> Answer:
    good, bad = context(authorities.trusted.issue_cert(HOST)), context_of(trustme.CA(), folder)
    status, _, way = kind.partition(" ")
    with contextlib.ExitStack() as stack:
        secure, plain, selfmade = (stack.enter_context(FeedServer(tls=tls)) for tls in (good, None, bad))
        inside = stack.enter_context(FeedServer(host="127.0.0.2"))
        at = {
            "https": f"https://{HOST}:{secure.port}", "http": f"http://{HOST}:{plain.port}",
            "a bad certificate": f"https://{HOST}:{selfmade.port}", "http inside": f"http://inside.example:{inside.port}",
            "http with a password": f"http://me:S3CRET@{HOST}:{plain.port}",
        }  # fmt: skip
        servers = {"https": secure, "http": plain}
        for server in (secure, plain, selfmade):
            server.put("/feed", RSS)
        steps = way.split(" to ")
        paths = [*(f"/{number}" for number in range(len(steps) - 1)), "/feed"]
        for number, (step, following) in enumerate(pairwise(steps)):
            servers[step].redirect(paths[number], at[following] + paths[number + 1], status=int(status))
        answer = fetch(at[steps[0]] + paths[0])
        assert inside.requests == []
        assert not any("authorization" in request.headers for request in plain.requests)
    if isinstance(answer, Fetched) and ("https", "http") in pairwise(step.partition(" with ")[0] for step in steps):
        assert answer.permanent_url is None, "an address without TLS is never moved to"
    return answer


def _raw(kind: str, authorities: Authorities) -> Answer:
    tls = context(authorities.trusted.issue_cert(HOST))

    async def run() -> Answer:
        writers: list[asyncio.StreamWriter] = []

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if kind == "silent in the handshake":
                    await reader.read()
                elif kind == "plain http":
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                    await writer.drain()
                elif kind == "cut in the handshake":
                    await reader.read(10)
                    writer.write(b"\x16\x03\x03\x00\x7a\x02")
                    await writer.drain()
                else:
                    await reader.readuntil(b"\r\n\r\n")
                    size = len(RSS) if kind == "cut without a farewell" else 100_000
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (size, RSS))
                    await writer.drain()
                    writer.transport.abort()
            writer.close()

        is_secure = kind in ("cut without a farewell", "cut in the body")
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls if is_secure else None)
        seconds = 1 if kind.startswith("silent") else 5
        fetcher = Fetcher(limits=FetchLimits(total_seconds=seconds), allow_networks=OUTSIDE, resolver=resolve)
        try:
            return await fetcher.fetch(f"https://{HOST}:{server.sockets[0].getsockname()[1]}/feed")
        finally:
            await fetcher.aclose()
            server.close()
            for writer in writers:
                writer.transport.abort()
            await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)

    return asyncio.run(run())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_proves_nothing_has_its_named_result(authorities: Authorities, tmp_path: Path, row: list[str]) -> None:
    kind, expected, said = row
    answer = asked(kind, authorities, tmp_path)
    BECAME[answer.result] += 1
    detail = getattr(answer, "detail", "")
    assert answer.result in expected.split(", "), (answer.result, detail)
    assert said in detail
    assert detail or isinstance(answer, Fetched), "a failure says something to people"
    assert "S3CRET" not in repr(answer)
