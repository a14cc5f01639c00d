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
from app.residents.registers import (
    FAMILY_ADDRESSES,
    FAMILY_EVENTS,
    FAMILY_MEMBERS,
    FAMILY_REGISTERS,
    Register,
)
from tests.postgres import Cluster, postgres  # noqa: F401 (a fixture)

KEY = bytes(range(32))


@dataclass
class OpenPartition:
    """What `partitions.open` hands out, as far as this package uses it."""

    session: Session
    code: str = "901016"


@pytest.fixture
def p() -> Iterator[OpenPartition]:
    engine = sa.create_engine("sqlite://")
    sa.event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys=ON"))
    yield from _opened(engine)


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


WIFE = {
    "宛名番号": "27",
    "氏名": "若草　花子",
    "氏名のフリガナ": "ワカクサ　ハナコ",
    "性別": "女",
    "生年月日": "昭和57年5月2日",
    "世帯主との続柄": "妻",
    "住民となった年月日": "平成19年11月22日",
    "個人番号": "",
}
REGISTER = {
    "戸籍番号": "K-1",
    "本籍": "青嶺県若草市一番地",
    "氏": "若草",
    "氏の振り仮名": "ワカクサ",
    "筆頭者": "若草　太郎",
    "戸籍の状態": "現在戸籍",
    "消除日": "",
    "届出処理中": "",
    "附票作成日": "平成19年11月22日",
}
HEAD = {
    "戸籍番号": "K-1",
    "記載順": "1",
    "宛名番号": "19",
    "除籍": "",
    "名": "太郎",
    "名のフリガナ": "タロウ",
    "生年月日": "昭和55年4月1日",
    "性別": "男",
    "配偶者区分": "夫",
    "父": "若草一郎",
    "母": "若草ウメ",
    "父母との続柄": "長男",
    "養父": "",
    "養父母との続柄": "",
}
SPOUSE = HEAD | {
    "記載順": "2",
    "宛名番号": "27",
    "名": "花子",
    "名のフリガナ": "ハナコ",
    "生年月日": "昭和57年5月2日",
    "性別": "女",
    "配偶者区分": "妻",
    "父母との続柄": "二女",
}
CHILD = HEAD | {  # lives in another town: a number of this town's own, nobody in the resident register
    "記載順": "3",
    "宛名番号": "35",
    "名": "実",
    "名のフリガナ": "ミノル",
    "生年月日": "平成20年7月21日",
    "配偶者区分": "",
}
COMPILED = {
    "戸籍番号": "K-1",
    "記載順": "0",
    "事項番号": "1",
    "事項": "戸籍編製",
    "記載内容": "【編製日】平成19年11月22日",
}
BORN = {
    "戸籍番号": "K-1",
    "記載順": "3",
    "事項番号": "1",
    "事項": "出生",
    "記載内容": "【出生日】平成20年7月21日【出生地】青嶺県若草市【届出日】平成20年7月28日【届出人】父",
}
FIRST_HOME = {
    "戸籍番号": "K-1",
    "記載順": "1",
    "住所番号": "1",
    "住所": "青嶺県若草市二番地",
    "住所を定めた年月日": "平成19年11月22日",
}
SECOND_HOME = FIRST_HOME | {"住所番号": "2", "住所": "青嶺県若草市一番地", "住所を定めた年月日": "平成22年4月1日"}


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

    def family(self) -> None:
        """A couple that lives here and their child who does not, in one 戸籍."""
        self.apply(self.persons({}, WIFE))
        rows = [
            (FAMILY_REGISTERS, [REGISTER]),
            (FAMILY_MEMBERS, [HEAD, SPOUSE, CHILD]),
            (FAMILY_EVENTS, [COMPILED, BORN]),
            (FAMILY_ADDRESSES, [FIRST_HOME, SECOND_HOME]),
        ]
        for register, written in rows:
            self.apply(self.write(written), register)


@pytest.fixture
def files(tmp_path: Path, p: OpenPartition) -> Files:
    return Files(tmp_path, p)
