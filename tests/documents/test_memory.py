"""A renderer lives as long as its process: what it keeps must not grow with what it has drawn."""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import os
import pkgutil
from dataclasses import replace
from pathlib import Path

from app import certificates
from app.certificates import samples
from app.certificates.documents import Picture, numbered
from app.certificates.rendering import Renderer
from app.certificates.typeface import find_missing

WARMING, MORE = 30, 120
SHEET = samples.sample("seal_registration")
KANJI = [sign for sign in map(chr, range(0x4E00, 0x6000)) if not find_missing(sign)]
MOST_GROWTH_MB = 10.0  # a font configuration for each sheet would grow by 30 to 50


def resident_mb() -> float:
    """Memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def draw_another(renderer: Renderer, number: int) -> None:
    """No two alike: names, numbers and imprints that no cache has seen."""
    name = "".join(KANJI[(number * 6 + place) % len(KANJI)] for place in range(6))
    millimetres = 10 + number / 20
    imprint = Picture(samples.round_imprint("若草", millimetres), millimetres, millimetres)
    document = replace(SHEET, name=name, imprint=imprint)
    renderer.render(numbered(document, f"{number:06d}"))


def test_memory_is_flat_over_many_sheets(renderer: Renderer) -> None:
    for number in range(WARMING):
        draw_another(renderer, number)
    gc.collect()
    before = resident_mb()
    for number in range(WARMING, WARMING + MORE):
        draw_another(renderer, number)
    gc.collect()
    assert resident_mb() - before < MOST_GROWTH_MB


def test_every_cache_is_bounded() -> None:
    """A cache that is asked with something has a size; of kinds there are a few, and of nothing one thing."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(certificates.__path__, "app.certificates.")
    ]
    caches = [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, functools._lru_cache_wrapper)
    ]
    assert len(caches) >= 3
    for cache in caches:
        assert cache.cache_info().maxsize is not None or set(inspect.signature(cache).parameters) <= {"kind"}, cache
