"""Every language that is offered is complete, and every string of the code is known to the translators."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from app.kiosk.screens import SCREENS
from app.web.languages import LANGUAGES
from tests.structure import translations

OFFERED = [language.code for language in LANGUAGES if language.code != "ja"]


def test_every_offered_language_is_there() -> None:
    assert set(OFFERED) <= set(translations.languages())


def test_the_list_of_strings_is_that_of_the_code(tmp_path: Path) -> None:
    fresh = tmp_path / "messages.pot"
    command = [str(Path(sys.executable).with_name("pybabel")), "--quiet", "extract", "-F", "babel.cfg"]
    words = ["-k", "_l", "-k", "_", "-k", "ngettext:1,2", "--no-location", "-o", str(fresh), "."]
    subprocess.run([*command, *words], cwd=translations.ROOT, check=True, capture_output=True)
    with fresh.open("rb") as file:
        code = {message.id for message in read_po(file) if message.id}
    kept = {message.id for message in translations.source() if message.id}
    assert code == kept, "run script/i18n update"


@pytest.mark.parametrize("language", OFFERED)
def test_an_offered_language_is_complete(language: str) -> None:
    assert translations.list_problems(language) == []


@pytest.mark.parametrize("language", ["ja", *OFFERED])
def test_every_screen_has_a_prompt_to_record(language: str) -> None:
    prompts = dict(translations.list_prompts(language))
    assert set(prompts) == {f"{name}.wav" for name in SCREENS}
    assert all(prompts.values())
