"""Languages. Japanese is the source text; the language belongs to the visit, before that to the screen.

`ja@easy` is やさしい日本語: a locale of its own for gettext, `lang="ja"` for everything that reads the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from babel.dates import format_skeleton, format_time
from flask import Flask, g
from flask_babel import Babel, get_locale
from flask_babel import gettext as _

from app.web import session

FOLDER = Path(__file__).resolve().parents[2] / "translations"
SOURCE = "ja"


@dataclass(frozen=True)
class Language:
    """`code` for gettext, `tag` for HTML, `name` in the language itself."""

    code: str
    tag: str
    name: str


# Every language here is complete: `script/i18n check` and tests/structure refuse a missing string.
LANGUAGES = (
    Language("ja", "ja", "日本語"),
    Language("ja@easy", "ja", "やさしい にほんご"),
    Language("en", "en", "English"),
    Language("zh_Hans", "zh-Hans", "简体中文"),
)
_BY_CODE = {language.code: language for language in LANGUAGES}


def offered() -> list[Language]:
    """The languages that can be chosen: listed above and compiled in this installation."""
    return [language for language in LANGUAGES if language.code == SOURCE or _compiled(language.code).is_file()]


def is_offered(code: str) -> bool:
    return any(language.code == code for language in offered())


def current_language() -> Language:
    """That of the visit; before one, that of the screen; of a member of staff, their own. Japanese otherwise."""
    visit = g.get("visit")
    code = g.get("language") or (visit.language if visit else session.current_look().language)
    return _BY_CODE.get(code, _BY_CODE[SOURCE])


def format_yen(yen: int) -> str:
    """「1,200円」 in the reader's language (Babel's own currency formats put JP¥ in front in some)."""
    return _("%(yen)s円", yen=f"{yen:,}")


def format_day(day: date) -> str:
    """「11月24日(火)」 in the reader's language; the year goes without saying."""
    return format_skeleton("MMMEd", day, locale=get_locale())


def format_moment(at: datetime) -> str:
    """Day and time of day, in JST."""
    return _("%(day)s %(time)s", day=format_day(at.date()), time=format_time(at, "HH:mm", locale=get_locale()))


def _compiled(code: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / "messages.mo"


def init_app(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Tokyo"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=lambda: current_language().code)
    app.jinja_env.filters.update(yen=format_yen)
    app.context_processor(lambda: {"language": current_language()})
