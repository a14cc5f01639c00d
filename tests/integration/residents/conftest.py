"""A partition for the tests of this package: one SQLite database in memory, without the registry around it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import Head
from app.extensions import PartitionBase
from app.residents import importing
from app.residents.importing import PERSONS, Options, Plan
from app.residents.registers import Register
from tests.postgres import Cluster, postgres  # noqa: F401 (a fixture)

KEY = bytes(range(32))


@dataclass
class OpenPartition:
    """What `partitions.open` hands out, as far as this package uses it."""

    session: Session
    code: str = "901016"


@pytest.fixture
def p() -> Iterator[OpenPartition]:
    yield from _opened(sa.create_engine("sqlite://"))


@pytest.fixture
def on_postgresql(postgres: Cluster) -> Iterator[OpenPartition]:  # noqa: F811
    yield from _opened(sa.create_engine(postgres.url(postgres.make_database(), "admin")))


def _opened(engine: sa.Engine) -> Iterator[OpenPartition]:
    PartitionBase.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Head(head_id=1))
        session.commit()
        yield OpenPartition(session)
    engine.dispose()


PERSON = {
    "宛名番号": "19",
    "履歴番号": "1",
    "世帯番号": "19",
    "住民状態": "住民",
    "住民種別": "日本人",
    "氏名": "若草　太郎",
    "氏名のフリガナ": "ワカクサ　タロウ",
    "生年月日": "昭和55年4月1日",
    "性別": "男",
    "世帯主の氏名": "若草　太郎",
    "世帯主との続柄": "世帯主",
    "本籍": "青嶺県若草市一番地",
    "筆頭者": "若草　太郎",
    "住所": "青嶺県若草市一番地",
    "住民となった年月日": "昭和55年4月1日",
    "個人番号": "123456789018",
    "異動事由": "出生",
}


@dataclass
class Files:
    """Writes register files and takes them through the import."""

    folder: Path
    p: OpenPartition

    def write(self, rows: list[dict[str, str]], encoding: str = "utf-8", name: str = "file.csv") -> Path:
        """A CSV with the columns of all rows together."""
        path = self.folder / name
        columns = list(dict.fromkeys(column for row in rows for column in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    def persons(self, *changes: dict[str, str]) -> Path:
        """Rows that are each the standard person with some cells changed."""
        return self.write([PERSON | change for change in changes])

    def plan(self, path: Path, register: Register = PERSONS, **options) -> Plan:
        return importing.plan(self.p, importing.read_file(path, register, Options(**options)), KEY)

    def apply(self, path: Path, register: Register = PERSONS, **options) -> Plan:
        planned = self.plan(path, register, **options)
        importing.apply(self.p, "test", planned, KEY)
        self.p.session.commit()
        return planned

    def faults(self, path: Path, register: Register = PERSONS, **options) -> list[str]:
        return [str(fault) for fault in self.plan(path, register, **options).faults]


@pytest.fixture
def files(tmp_path: Path, p: OpenPartition) -> Files:
    return Files(tmp_path, p)
