"""The form in which addresses and titles are compared, so that one article has one name.

The result is for comparing only: nobody fetches a canonical address, and nobody reads a normalised title.
The names of tracking parameters are those that analytics products and newsrooms document or were seen
adding to feed links (Google, Matomo, Mailchimp, HubSpot, BBC, DW, Al Jazeera, the New York Times …).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from w3lib.url import canonicalize_url

#: parameters that begin so say where the reader came from, never which article is meant
TRACKING_PREFIXES = tuple(
    "utm_ at_ ns_ mc_ pk_ mtm_ piwik_ matomo_ hsa_ _hs vero_ guce_ fb_ soc_ asc_ wt_".split()  # noqa: SIM905
)
TRACKING_NAMES = frozenset(
    """
    fbclid gclid gclsrc dclid wbraid gbraid msclkid yclid twclid ttclid igsh igshid li_fat_id mkt_tok _ga _gl _ke
    ref ref_src ref_url referer referrer cmp cmpid campaign_id icid intcid ncid ocid ito xtor smid smtyp ftag sr_share
    s_cid mbid emc partner traffic_source maca rss feed_id feedname feed_name guccounter __twitter_impression
    spref share shared source_rss
    """.split()  # noqa: SIM905
)
#: parameters that ask for another rendering of the same article
RENDERING_NAMES = frozenset({"amp", "outputtype", "output", "mobile", "print"})
#: host labels of the same site in another rendering
_RENDERING_HOSTS = frozenset({"www", "m", "mobile", "amp"})
_AMP_ENDING = re.compile(r"(?:/amp|\.amp|/amp\.html|\.amp\.html|/)$")
#: front pages: the root, an index file, a language's front page
_FRONT_PAGE = re.compile(r"/?(?:index\.\w{2,5}|home|[a-z]{2}(?:-[a-z]{2})?)?/?", re.IGNORECASE)

#: vowel marks and the stretching stroke of Arabic, points of Hebrew: writers add and drop them at will
_OPTIONAL_MARKS = "\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
#: these, soft hyphens, joiners and direction marks
_JOINERS = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff"
_INVISIBLE = re.compile(f"[{_OPTIONAL_MARKS}{_JOINERS}]")
#: punctuation and white space; signs of money and measure belong to the words
_BETWEEN_WORDS = re.compile(r"(?:[^\w%+$€£]|_)+")
#: what separates a headline from the name that aggregators add to it
_SUFFIX_SEPARATOR = re.compile(r"\s[-–—|•·:]\s")


@lru_cache(maxsize=4096)  # asked for by `fingerprint`, and again by `polls`
def canonical_url(url: str) -> str:
    """The address in the form that identifies the article; empty where it identifies none.

    Scheme, `www.`, mobile and AMP spellings, default ports, fragments, tracking parameters, the order of
    parameters and a closing slash make no difference. Front pages, other schemes and text that is no
    address give "". Applying it twice changes nothing.
    """
    try:
        parts = urlsplit(canonicalize_url(url.strip(), keep_blank_values=True))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    path = _plain_path(parts.path)
    query = _telling_parameters(parts.query)
    if not query and _FRONT_PAGE.fullmatch(path):
        return ""
    at = f":{port}" if port not in {None, 80, 443} else ""
    name = f"[{host}]" if ":" in host else _plain_host(host)
    return f"https://{name}{at}{path}" + (f"?{query}" if query else "")


def _plain_host(host: str) -> str:
    labels = host.rstrip(".").split(".")
    while len(labels) > 2 and labels[0] in _RENDERING_HOSTS:
        labels = labels[1:]
    return ".".join(labels)


def _plain_path(path: str) -> str:
    """Without closing slash and AMP ending, however many there are."""
    while (shorter := _AMP_ENDING.sub("", path)) != path:
        path = shorter
    return path or "/"


def _telling_parameters(query: str) -> str:
    """The parameters that say which article is meant, sorted."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    telling = sorted(pair for pair in pairs if not _is_noise(pair[0].casefold()))
    return urlencode(telling, quote_via=quote, errors="surrogateescape")


def _is_noise(name: str) -> bool:
    return name in TRACKING_NAMES or name in RENDERING_NAMES or name.startswith(TRACKING_PREFIXES)


def normalised_title(title: str, publisher: str = "") -> str:
    """The words of a title, one space between them: no case, punctuation, marks or invisible characters.

    A closing ` - Publisher`, which aggregators add, goes where it names `publisher`. Text of any language;
    empty where nothing is left. Applying it twice changes nothing.
    """
    if publisher:
        parts = _SUFFIX_SEPARATOR.split(title)
        if len(parts) > 1 and _folded(parts[-1]) == _folded(publisher):
            title = title[: title.rindex(parts[-1])]
    return _folded(title)


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    # case folding can undo the composed form (and the other way round), so it is done until nothing changes
    while (folded := _folded_once(text)) != text:
        text = folded
        if text.isascii():
            break
    return text


def _folded_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _INVISIBLE.sub("", text)
    return _BETWEEN_WORDS.sub(" ", text).strip()
