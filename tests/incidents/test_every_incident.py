"""That none of the twenty-two is missing, and that each is played on both kinds of world and proved by a mutation."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NUMBERS = range(1, 23)
PROOFS = {"happens_without", "assert_it_happens"}  # both want the incident itself to be what fails


def _file(number: int) -> Path:
    files = list(HERE.glob(f"test_t{number:02d}_*.py"))
    assert len(files) == 1, f"T{number} has {len(files)} files"
    return files[0]


@pytest.mark.parametrize("number", NUMBERS)
def test_it_is_played_and_proved(number: int) -> None:
    tree = ast.parse(_file(number).read_text())
    assert "\n\n" in (ast.get_docstring(tree) or ""), "what happened, and what must hold"
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [a.arg for a in functions["test_survives"].args.args][0] == "world"
    proof = functions["test_without_protection_it_happens"]
    assert proof.args.args[0].arg == "local"
    assert _called(proof) & PROOFS, "nothing is taken out"


def _called(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.id if isinstance(call, ast.Name) else getattr(call, "attr", "") for call in calls}
