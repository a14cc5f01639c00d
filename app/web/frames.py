"""What stands around every screen: names, steps, timers, the spoken prompt. Plain data for `layouts/kiosk.html`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from app.cards.visits import VisitFacts
from app.errors import KoikiError
from app.municipalities import queries as municipalities
from app.web.languages import current_language


@dataclass(frozen=True)
class Names:
    """Who is speaking, where, and for which town; `tag` is the language that these names are in."""

    union: str = ""
    place: str = ""
    home: str = ""
    tag: str = "ja"


@dataclass(frozen=True)
class Frame:
    """`dot` 0: no steps are shown. Times in seconds, 0: never. `refresh` is for browsers without script."""

    title: str
    voice_id: str
    voice: str
    names: Names = Names()
    dot: int = 0
    idle: int = 0
    grace: int = 0
    alarm: int = 0
    leave: int = 0
    refresh: str = ""
    may_stop: bool = False
    may_call: bool = False
    back: str = ""

    @property
    def dots(self) -> list[str]:
        return [_("カード"), _("えらぶ"), _("かくにん"), _("お金"), _("受け取り")]

    @property
    def voice_audio(self) -> str:
        """The recorded prompt, where this installation has one: static/audio/<language>/<voice_id>.wav."""
        name = f"audio/{current_language().code.replace('@', '-')}/{self.voice_id}.wav"
        exists = (Path(current_app.static_folder or "") / name).is_file()
        return url_for("static", filename=name) if exists else ""


def names() -> Names:
    """Union, place and home town for the head of a page; what cannot be read is left out rather than failing twice."""
    visit: VisitFacts | None = g.get("visit")
    terminal = g.get("terminal")
    try:
        union = municipalities.get_union()
        home = municipalities.get_member(visit.home) if visit and visit.home else None
    except (KoikiError, RuntimeError):
        return Names()
    japanese = (union.name, terminal.site_name if terminal else "", home.name if home else "")
    english = (union.name_en, terminal.site_name_en if terminal else "", home.name_en if home else "")
    return _in_language(japanese, english)


def _in_language(japanese: tuple[str, str, str], english: tuple[str, str, str]) -> Names:
    """English names for readers of Latin letters, if every name has one; kanji for everybody else."""
    has_all = all(en for ja, en in zip(japanese, english, strict=True) if ja)
    if current_language().tag.split("-")[0] in {"ja", "zh"} or not has_all:
        return Names(*japanese)
    return Names(*english, tag="en")


def bare(title: str, voice: str, voice_id: str) -> Frame:
    """A frame for a page that is no step of a journey."""
    return Frame(
        title=title,
        voice=voice,
        voice_id=voice_id,
        may_call=g.get("terminal") is not None,
        back=request.path,
        names=names(),
    )
