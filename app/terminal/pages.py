"""PURE. How many pages a PDF has, by its own page tree (ISO 32000-2, 7.7.3): enough to doubt a manifest.

No PDF library on the terminal: the root of the page tree carries the number of leaves in /Count, and is the greatest of
all /Count entries in a file, also after an incremental update.
"""

from __future__ import annotations

import re
import zlib

_DICTIONARY = re.compile(rb"<<(?:[^<>]|<[^<]|>[^>])*>>", re.DOTALL)
_IS_PAGES = re.compile(rb"/Type\s*/Pages\b")
_COUNT = re.compile(rb"/Count\s+(\d{1,6})\b")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.*?stream\r?\n(.*?)endstream", re.DOTALL)


def count_pages(pdf: bytes) -> int:
    """Pages of `pdf`; 0 when it has no readable page tree."""
    counts = [0]
    for part in [pdf, *_object_streams(pdf)]:
        for dictionary in _DICTIONARY.findall(part):
            if _IS_PAGES.search(dictionary):
                counts += [int(number) for number in _COUNT.findall(dictionary)]
    return max(counts)


def _object_streams(pdf: bytes) -> list[bytes]:
    """The objects that PDF 1.5 and later may keep compressed."""
    found = []
    for stream in _OBJECT_STREAM.findall(pdf):
        try:
            found.append(zlib.decompressobj().decompress(stream))
        except zlib.error:
            continue
    return found
