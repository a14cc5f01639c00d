"""Two demos of one seed, made by two processes with different hash seeds, export the same registers byte for byte."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from app.residents.registers import REGISTERS

ROOT = Path(__file__).parents[3]
SCRIPT = """
import sys, tempfile
from pathlib import Path
from app import create_app
from app.config import create_keys, load
from app.demo import files, people, towns
from app.demo.building import invent_town
from app.municipalities import service, union
from app.municipalities.partitions import partitions
from app.residents import exporting
from app.residents.registers import REGISTERS

home = Path(sys.argv[1])
create_keys(home / "keys")
config = load({"KOIKI_HOME": str(home), "KOIKI_DEMO": "1"})
app = create_app(config, surfaces=())
with app.app_context():
    union.upgrade()
    service.init_union("test", "test")
    for town in towns.TOWNS[2:4]:
        service.add_member("test", town.code, town.name, towns.PREFECTURE)
        book, _cards = invent_town(town, 7, 120)
        files.import_book(book, home, "test", config.secrets.register)
        for register in REGISTERS.values():
            with partitions.open(town.code, write=True) as p:
                out = home / f"out-{town.slug}-{register.name}.csv"
                exporting.export(p, "test", register, out, config.secrets.register)
"""


def exported(home, hash_seed):
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed, "FLASK_RUN_FROM_CLI": "true"}
    subprocess.run([sys.executable, "-c", SCRIPT, str(home)], cwd=ROOT, env=environ, check=True)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(home.glob("out-*.csv"))}


def test_two_runs_of_one_seed_export_the_same_registers(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = exported(tmp_path / "a", "1")
    assert len(first) == 2 * len(REGISTERS)
    assert exported(tmp_path / "b", "2") == first
