"""Fifty invented people, one after the other through one renderer: each sheet is its own and nobody else's."""

from __future__ import annotations

import random
from dataclasses import replace

from app.certificates import samples
from app.certificates.documents import Document, Picture, numbered
from app.certificates.kinds.resident_record import ResidentRecordDocument
from app.certificates.pictures import picture_hash
from app.certificates.reading import read_pdf, shows
from tests.unit.certificates.people import full_record

SURNAMES = ("若草", "緑川", "青山", "霧島", "葛\U000e0102城", "渡邉\U000e0110", "𠮷沢", "𣘺爪")
GIVEN = ("一郎", "花子", "翔太", "𛀁つ", "美咲", "千歳", "さくら", "隆\U000e0104")
COUNT = 50


def some_document(number: int, dice: random.Random) -> Document:
    """Its people have names with the number of the document in it, so that no two documents share a name."""
    mark = "".join("〇一二三四五六七八九"[int(digit)] for digit in f"{number:02d}")
    names = [f"{dice.choice(SURNAMES)}　{dice.choice(GIVEN)}{mark}" for _ in range(dice.randint(1, 6))]
    if number % 2:
        imprint = Picture(samples.round_imprint(mark, 12 + number / 10), 12 + number / 10, 12 + number / 10)
        document: Document = replace(samples.sample("seal_registration"), name=names[0], imprint=imprint)
    else:
        record = full_record(len(names), dice.choice(("household", "individual")))
        persons = tuple(replace(p, name=name) for p, name in zip(record.persons, names, strict=True))
        document = replace(record, persons=persons)
    return numbered(document, f"20261121-{number:06d}")


def names_on(document: Document) -> list[str]:
    people = document.persons if isinstance(document, ResidentRecordDocument) else [document]
    return [person.name for person in people]


def test_fifty_documents_in_a_row(renderer):
    dice = random.Random(20261121)
    documents = [some_document(number, dice) for number in range(COUNT)]
    imprints = {picture_hash(d.imprint): n for n, d in enumerate(documents) if hasattr(d, "imprint")}
    for number, document in enumerate(documents):
        pages = read_pdf(renderer.render(document).pdf)
        assert len(pages) == document.sheets
        for other_number, other in enumerate(documents):
            for name in names_on(other):
                assert any(shows(page, name) for page in pages) is (other_number == number)
        assert all(shows(page, document.certification.issue_number) for page in pages)
        found = {imprints[i.ink] for page in pages for i in page.images if i.ink in imprints}
        assert found == ({number} if number % 2 else set())
