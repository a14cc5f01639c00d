"""Four processes count on one row, reading before they write: nothing is lost and nobody is turned away."""

import json
import subprocess
import sys
from dataclasses import asdict

import sqlalchemy as sa

from app.audit import service as audit
from app.audit.models import AuditEntry, Head
from tests.integration.municipalities.conftest import A, Towns

PROCESSES, TIMES = 4, 25
COUNT = """
import json, sys
from pathlib import Path
import sqlalchemy as sa
from app.audit import service as audit
from app.audit.actions import Action
from app.audit.models import Head
from app.config import Config
from app.municipalities.partitions import Partitions
from app.municipalities.queries import MemberFacts
from app.schema import import_models

import_models()
home, urls, member, times = json.loads(sys.argv[1])
registry = Partitions()
registry.configure(Config(Path(home), "sqlite://", place_urls=urls), lambda code: MemberFacts(**member), lambda: [])
for _ in range(times):
    with registry.open(member["code"], write=True) as p:
        known = p.session.execute(sa.select(Head.issue_sequence)).scalar_one()
        p.session.execute(sa.update(Head).values(issue_sequence=known + 1))
        audit.record(p, "test", Action.CARD_REGISTERED, str(known), card_kind="citizen_card")
registry.dispose()
"""


def test_no_update_is_lost(towns: Towns) -> None:
    task = json.dumps([str(towns.config.home), dict(towns.config.place_urls), asdict(towns.members[A]), TIMES])
    command = [sys.executable, "-W", "error", "-c", COUNT, task]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    errors = [process.communicate()[1] for process in running]
    assert errors == [""] * PROCESSES
    with towns.registry.open(A) as p:
        assert p.session.scalar(sa.select(Head.issue_sequence)) == PROCESSES * TIMES
        assert p.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == PROCESSES * TIMES
        assert audit.verify(p) is None
