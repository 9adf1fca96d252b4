"""Which recent texts are nearly the same as a new one: a bounded index that looks at as much, whatever it holds.

**Signature.** A text is the set of its runs of three words. Each run is hashed once and falls into one of 64 bins, each
bin keeps its smallest hash (MinHash by one permutation; an empty bin takes the value of the next full one): the share
of bins that two texts have in common estimates the share of runs that they have in common.

**Look-up.** The 64 bins make 16 bands of four. Texts that share a whole band are candidates, and only those are
compared: half alike are found nearly always, a fifth alike hardly ever. Each band has a table of buckets with eight
places, the newest first; an old text falls out when eight newer ones came to its bucket, or when the ring of all
signatures is full. So a look-up reads 16 buckets of eight at 10,000 texts as at 1,000,000, and the memory is fixed.
"""

from __future__ import annotations

import re
from array import array
from hashlib import blake2b

#: signatures that are held at most; the oldest go first
MOST_SIGNATURES = 10_000
#: shorter texts are alike by chance: "Drones hit … air base" is written of every base
FEWEST_WORDS = 20
#: from this share of common runs on, two texts are near copies
NEAR = 0.5
_BINS = 64
_BANDS = 16
_ROWS = _BINS // _BANDS
_WAYS = 8
_RUN = 3
_WORD = re.compile(r"\w+")
_EMPTY = 1 << 64


class NearCopies:
    """Texts by their signatures."""

    def __init__(self, most: int = MOST_SIGNATURES) -> None:
        self._most = most
        self._buckets = 1 << max(0, (most // (_WAYS // 2) - 1).bit_length())
        #: of each place the hash of the band that stands there, and which text it is of; made for the first text, since
        #: most polls bring none
        self._tags = array("I")
        self._owners = array("I")
        self._keys: list[str] = []
        self._signatures: list[array[int]] = []
        self._oldest = 0

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, text: str) -> None:
        """Remembers a text under a key; one that is too short to tell copies apart is passed over."""
        if not _is_long(text):
            return
        if not self._tags:
            places = _BANDS * self._buckets * _WAYS
            self._tags, self._owners = (array("I", bytes(4 * places)) for _ in range(2))
        signature = signature_of(text)
        if len(self._keys) < self._most:
            owner = len(self._keys)
            self._keys.append(key)
            self._signatures.append(signature)
        else:
            owner = self._oldest
            self._keys[owner], self._signatures[owner] = key, signature
            self._oldest = (owner + 1) % self._most
        for tag, start in self._places(signature):
            end = start + _WAYS
            self._tags[start + 1 : end] = self._tags[start : end - 1]
            self._owners[start + 1 : end] = self._owners[start : end - 1]
            self._tags[start], self._owners[start] = tag, owner

    def like(self, text: str) -> tuple[str, ...]:
        """Keys of texts that are probably near copies of this one, the likeliest first."""
        if not self._keys or not _is_long(text):
            return ()
        signature = signature_of(text)
        owners: set[int] = set()
        for tag, start in self._places(signature):
            row = self._tags[start : start + _WAYS]
            if tag in row:
                owners.update(self._owners[start + way] for way in range(_WAYS) if row[way] == tag)
        shares = ((_share(signature, self._signatures[owner]), owner) for owner in owners)
        # of two that are equally like the newer one; a key that was added twice counts once
        found = sorted(((share, owner) for share, owner in shares if share >= NEAR), reverse=True)
        return tuple(dict.fromkeys(self._keys[owner] for _, owner in found))

    def _places(self, signature: array[int]) -> list[tuple[int, int]]:
        """Of each band its hash and where its bucket begins."""
        out = []
        for band in range(_BANDS):
            hashed = int.from_bytes(
                blake2b(signature[band * _ROWS : (band + 1) * _ROWS].tobytes(), digest_size=8).digest(), "little"
            )
            bucket = band * self._buckets + (hashed >> 32) % self._buckets
            # no place is empty by chance: 0 stands for that
            out.append((hashed & 0xFFFFFFFF or 1, bucket * _WAYS))
        return out


def _is_long(text: str) -> bool:
    return len(text.split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS


def signature_of(text: str) -> array[int]:
    """64 numbers of 16 bits; equal texts have equal ones, whatever their case, signs and spaces."""
    words = _WORD.findall(text.casefold())
    runs = {" ".join(words[n : n + _RUN]) for n in range(max(1, len(words) - _RUN + 1))}
    bins = [_EMPTY] * _BINS
    for run in runs:
        hashed = int.from_bytes(blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        bin, value = hashed % _BINS, hashed // _BINS
        bins[bin] = min(bins[bin], value)
    filled = [number for number in range(_BINS) if bins[number] != _EMPTY]
    following = filled[0] + _BINS
    for number in reversed(range(_BINS)):
        if bins[number] == _EMPTY:
            # with how far it was taken from, so that two empty bins of two texts agree no more than their full ones
            bins[number] = bins[following % _BINS] + (following - number) * 0x9E37
        else:
            following = number
    return array("H", (value & 0xFFFF for value in bins))


def _share(one: array[int], other: array[int]) -> float:
    return sum(a == b for a, b in zip(one, other, strict=True)) / _BINS
