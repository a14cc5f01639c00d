"""What is wrong with a language: gaps, placeholders that differ, source text left over, characters no font draws.

Used by the tests and, for translators, by `script/i18n check` and `script/i18n prompts`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "translations"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
KANA_OR_KANJI = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
# what may not be left of the source text, by the language's own script
LEFT_OVER = {"en": KANA_OR_KANJI, "ko": KANA_OR_KANJI, "vi": KANA_OR_KANJI, "pt_BR": KANA_OR_KANJI, "zh_Hans": KANA}


def source() -> Catalog:
    """The strings of the code, as `script/i18n extract` wrote them."""
    return _read(FOLDER / "messages.pot", None)


def languages() -> list[str]:
    """Every language that has begun."""
    return sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def list_problems(language: str) -> list[str]:
    """One line a problem; empty: the language may be offered."""
    catalog = _read(FOLDER / language / "LC_MESSAGES" / "messages.po", language)
    wanted = [message for message in source() if message.id]
    return [problem for message in wanted for problem in _problems(language, message, catalog.get(message.id))]


def _problems(language: str, wanted: Message, found: Message | None) -> Iterator[str]:
    key = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
    texts = _texts(found)
    if not texts or not all(texts) or (found is not None and found.fuzzy):
        yield f"{language}: missing: {key}"
        return
    for text in texts:
        if sorted(PLACEHOLDER.findall(key)) != sorted(PLACEHOLDER.findall(text)):
            yield f"{language}: placeholders differ: {key}"
        if language in LEFT_OVER and LEFT_OVER[language].search(text):
            yield f"{language}: source text left: {key}"
        if undrawable := {ch for ch in text if ord(ch) > ord(" ") and ord(ch) not in _drawable()}:
            yield f"{language}: no glyph for {' '.join(sorted(undrawable))}: {key}"


def _texts(found: Message | None) -> list[str]:
    if found is None:
        return []
    return [found.string] if isinstance(found.string, str) else list(found.string)


@cache
def _drawable() -> frozenset[int]:
    with TTCollection(str(FONT), lazy=True) as fonts:
        return frozenset(fonts.fonts[0].getBestCmap())


def _read(path: Path, language: str | None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def list_prompts(language: str) -> list[tuple[str, str]]:
    """(name of the sound file, what to record)."""
    from app.kiosk.screens import SCREENS

    catalog = None if language == "ja" else _read(FOLDER / language / "LC_MESSAGES" / "messages.po", language)
    texts = {name: prompt._args[0] for name, (_title, prompt) in SCREENS.items()}
    return [(f"{name}.wav", text if catalog is None else str(catalog.get(text).string)) for name, text in texts.items()]


def main(words: list[str]) -> int:
    if words[:1] == ["prompts"]:
        sys.stdout.writelines(f"{name}\t{text}\n" for name, text in list_prompts(words[1]))
        return 0
    problems = [problem for language in languages() for problem in list_problems(language)]
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
