"""How long one sheet takes: drawing, reading back, fitting. Invented people; every document has another number.

    .venv/bin/python -m benchmarks.render_certificate [--rounds 30]

Prints median and 95th percentile of wall-clock and the median of processor time, in milliseconds, and the peak memory.
The variants take turns in each round, so that a busy moment of the machine falls on all of them.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial

import click

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document, numbered
from app.certificates.fitting import fit_document
from app.certificates.kinds.resident_record import INDIVIDUAL_FORM
from app.certificates.pictures import preview
from app.certificates.reading import read_pdf
from app.certificates.rendering import Renderer

DOCUMENTS: dict[str, Callable[[], Document]] = {
    **{code: partial(samples.sample, code) for code in KINDS},
    "resident_record, 1 person": partial(samples.sample, "resident_record", 1),
    "resident_record, 10 persons": partial(samples.sample, "resident_record", 10),
    "resident_record, individual": partial(samples.sample, "resident_record", 1, INDIVIDUAL_FORM),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds: int = parser.parse_args().rounds

    began = time.perf_counter()
    renderer = Renderer()
    renderer.warm_up(samples.sample(kind) for kind in KINDS)
    click.echo(f"renderer made and warmed in {time.perf_counter() - began:.2f} s")

    taken: dict[str, list[tuple[float, float]]] = {}
    sizes: dict[str, int] = {}
    for number in range(rounds):
        for name, make in DOCUMENTS.items():
            document = numbered(make(), f"{number:06d}")
            pdf = _timed(taken, f"{name}: draw", lambda d=document: renderer.render(d).pdf)
            sizes[name] = len(pdf)
            _timed(taken, f"{name}: read back", lambda b=pdf: read_pdf(b))
            _timed(taken, f"{name}: fit", lambda d=document: fit_document(d))
            _timed(taken, f"{name}: preview", lambda b=pdf: preview(b))

    click.echo(f"{'':42}{'median':>8}{'p95':>8}{'cpu':>8}   ms")
    for name, times in taken.items():
        wall = sorted(w for w, _ in times)
        cpu = statistics.median(c for _, c in times)
        click.echo(f"{name:42}{statistics.median(wall):8.1f}{wall[int(len(wall) * 0.95)]:8.1f}{cpu:8.1f}")
    for name, size in sizes.items():
        click.echo(f"{name:42}{size / 1000:8.1f} kB")
    click.echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _timed(taken: dict[str, list[tuple[float, float]]], name: str, act: Callable[[], bytes]) -> bytes:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = act()
    taken.setdefault(name, []).append(((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3))
    return answer


if __name__ == "__main__":
    main()
