"""What a screen says: titles, prompts and words for states, for a resident who has never been here.

Japanese is the source text. A prompt is what a recorded voice will say; its id is the name of its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from app.issuance.queries import CopyView
from app.issuance.states import State
from app.kiosk import journey, words
from app.kiosk.journey import Step
from app.kiosk.standing import LIVE
from app.municipalities.serviceability import Obstacle
from app.protocol.messages import CardFailure
from app.web import frames, session
from app.web.htmx import page_or_block, stop_polling
from app.web.languages import format_moment

# (title of the screen, what the voice says)
SCREENS: dict[str, tuple[LazyString, LazyString]] = {
    "start": (
        _l("証明書をお取りいただけます"),
        _l("いらっしゃいませ。ことばをえらんで、はじめるを押してください。"),
    ),
    "busy": (
        _l("前の方の手続きをしています"),
        _l("前の方の手続きをしています。しばらくお待ちください。"),
    ),
    "closed": (_l("ただいまご利用時間外です"), _l("ただいまご利用時間外です。")),
    "stopped": (_l("この端末はお休みしています"), _l("この端末はお休みしています。ほかの端末か窓口をご利用ください。")),
    "card_problem": (_l("カードを確認できませんでした"), _l("カードを確認できませんでした。画面をごらんください。")),
    "choose": (_l("どの証明書をとりますか？"), _l("とる証明書をえらんでください。")),
    "options": (_l("内容をえらんでください"), _l("のせる人と内容をえらんで、この内容ですすむを押してください。")),
    "confirm": (
        _l("この内容でよろしいですか？"),
        _l("内容と料金をお確かめください。よろしければ、支払うを押してください。"),
    ),
    "tender": (_l("何で支払いますか？"), _l("支払いの方法をえらんでください。")),
    "pay": (_l("お金を入れてください"), _l("料金を入れてください。入れおわると、印刷がはじまります。")),
    "pay_emoney": (_l("1回タッチしてください"), _l("電子マネーを、読み取り口に1回タッチしてください。")),
    "pay_qr": (_l("決済コードをかざしてください"), _l("決済コードを、読み取り口にかざしてください。")),
    "switching": (_l("支払いの方法を変えています"), _l("支払いの方法を変えています。少しお待ちください。")),
    "progress": (_l("印刷しています"), _l("印刷しています。そのままお待ちください。")),
    "take": (_l("証明書をお取りください"), _l("証明書とおつりをお取りください。枚数をお確かめください。")),
    "done": (_l("ありがとうございました"), _l("ありがとうございました。お忘れもののないようお気をつけください。")),
    "returned": (_l("手続きを終わります"), _l("手続きを終わります。お金が出ているときは、お取りください。")),
    "owed": (_l("係員がお返しします"), _l("機械からお返しできないお金があります。画面をごらんください。")),
    "staff": (_l("係員の確認が必要です"), _l("係員の確認が必要です。画面の電話番号にご連絡ください。")),
    "refused": (
        _l("この証明書は、この端末ではお取りになれません"),
        _l("この証明書は、この端末ではお取りになれません。画面をごらんください。"),
    ),
    "idle": (_l("操作を続けますか？"), _l("操作を続けますか。続けるときは、続けるを押してください。")),
    "help": (_l("係員を呼ぶ"), _l("画面の電話番号にお電話ください。")),
}

# screens that share a template
TEMPLATES = {
    **dict.fromkeys(("busy", "stopped"), "closed"),
    **dict.fromkeys(("pay_emoney", "pay_qr", "switching"), "pay"),
    **dict.fromkeys(("done", "returned", "owed", "staff"), "outcome"),
}

# seconds for which a screen stays on which nothing is left to do; a claim is to be written down
_ENDINGS = {
    **dict.fromkeys(("done", "returned", "staff"), journey.LEAVE_SECONDS),
    "owed": journey.CLAIM_SECONDS,
}

BUSY = _l("このまま少しお待ちください。終わると、はじめの画面になります。")
_LOOKED_AT = _l("係員が確かめるまで、この端末を止めています。ほかの端末か、窓口をご利用ください。")
_CARED_FOR = _l("プリンターの手入れが必要です。ほかの端末か、窓口をご利用ください。")
OBSTACLES: dict[Obstacle, LazyString] = {
    Obstacle.STOPPED: _LOOKED_AT,
    Obstacle.SILENT: _l("この端末の通信が切れています。つながると、はじめの画面になります。"),
    Obstacle.MISMATCH: _LOOKED_AT,
    Obstacle.OUTCOME_UNKNOWN: _LOOKED_AT,
    Obstacle.PRINTER_CHANGED: _LOOKED_AT,
    Obstacle.OUT_OF_SERVICE: _LOOKED_AT,
    Obstacle.SHEET_LEFT: _l("前の人の証明書がのこっています。さわらずに、係員をお呼びください。"),
    Obstacle.OFFLINE: _l("プリンターの電源が入っていないか、線がはずれています。ほかの端末か、窓口をご利用ください。"),
    Obstacle.JAM: _l("プリンターに紙がつまっています。係員が直すまで、ほかの端末か、窓口をご利用ください。"),
    Obstacle.COVER_OPEN: _l("プリンターのふたが開いています。しまると、使えるようになります。"),
    Obstacle.TRAY: _l("プリンターの紙の入れものが、はずれています。もどると、使えるようになります。"),
    Obstacle.TONER: _l("プリンターのトナーがなくなりました。ほかの端末か、窓口をご利用ください。"),
    Obstacle.OUTPUT_FULL: _l("紙の取り出し口がいっぱいです。取りのぞくと、使えるようになります。"),
    Obstacle.PAUSED: _l("プリンターを休ませています。ほかの端末か、窓口をご利用ください。"),
    Obstacle.NOT_ACCEPTING: _CARED_FOR,
    Obstacle.BUSY: _l("プリンターがほかの印刷をしています。終わると、使えるようになります。"),
    Obstacle.OTHER: _CARED_FOR,
    Obstacle.NO_PAPER: _l("用紙がたりません。ほかの端末か、窓口をご利用ください。"),
    Obstacle.UNATTENDED: _l(
        "ただいま準備をしています。終わると、はじめの画面になります。お急ぎの方は、窓口をご利用ください。"
    ),
    Obstacle.NO_TENDER: _l("お金を受けとる機械が使えません。ほかの端末か、窓口をご利用ください。"),
}


@dataclass(frozen=True)
class CardProblem:
    """Why a card did not sign in: about the card in hand, so the reason may be said."""

    text: LazyString
    hint: LazyString
    may_retry: bool = True


_WINDOW = _l("お住まいの市役所・町村役場の窓口にご相談ください。")
_AGAIN = _l("はじめからやりなおしてください。手数料はかかっていません。")

CARD_PROBLEMS: dict[CardFailure, CardProblem] = {
    CardFailure.UNKNOWN_CARD: CardProblem(
        _l("このカードは、この端末では使えません。"), _l("マイナンバーカードか、市町村のカードをお持ちください。")
    ),
    CardFailure.WRONG_PIN: CardProblem(
        _l("暗証番号がちがいます。"), _l("カードを作ったときに決めた4けたの数字を入れてください。")
    ),
    CardFailure.LOCKED: CardProblem(
        _l("暗証番号を3回まちがえたため、このカードは使えなくなっています。"),
        _l("お住まいの市役所・町村役場の窓口で、暗証番号を決めなおすと使えます。"),
        may_retry=False,
    ),
    CardFailure.CARD_REMOVED: CardProblem(
        _l("カードが早くとられました。"), _l("まだ何もしていません。カードをもう一度置くと、つづけられます。")
    ),
    CardFailure.NOT_A_MEMBER: CardProblem(
        _l("お住まいの市町村は、この端末のサービスに入っていません。"),
        _l("お住まいの市役所・町村役場の窓口をご利用ください。"),
        may_retry=False,
    ),
    CardFailure.STOPPED: CardProblem(_l("ご利用いただけないカードです。"), _WINDOW, may_retry=False),
    CardFailure.EXPIRED: CardProblem(
        _l("カードの有効期限がすぎています。"),
        _l("お住まいの市役所・町村役場の窓口で更新すると使えます。"),
        may_retry=False,
    ),
    CardFailure.CONTINUED_USE_PENDING: CardProblem(
        _l("引っ越しのあとの、カードの手続きが終わっていません。"),
        _l("新しくお住まいの市役所・町村役場の窓口に、カードをお持ちください。"),
        may_retry=False,
    ),
    CardFailure.USABLE_TOMORROW: CardProblem(
        _l("このカードは、明日から使えます。"), _l("お手数ですが、明日もう一度お越しください。"), may_retry=False
    ),
    CardFailure.UNDER_AGE: CardProblem(
        _l("15歳より下のかたのカードは、この端末では使えません。"), _WINDOW, may_retry=False
    ),
    CardFailure.TICKET_EXPIRED: CardProblem(_l("時間がたちすぎました。"), _AGAIN),
    CardFailure.TICKET_USED: CardProblem(_l("この画面は、もう使われています。"), _AGAIN),
    CardFailure.CANCELLED: CardProblem(_l("とりやめました。"), _l("手数料はかかっていません。")),
    CardFailure.TIMED_OUT: CardProblem(_l("しばらく操作がなかったので、終わりにしました。"), _AGAIN),
    CardFailure.UNAVAILABLE: CardProblem(
        _l("いまは、カードを確認できません。"), _l("しばらくしてから、もう一度おためしください。")
    ),
    CardFailure.NONE: CardProblem(_l("カードの確認が終わっていません。"), _AGAIN),
}

# state of a copy → (how it looks, drawing, words)
COPY_WORDS: dict[State, tuple[str, str, LazyString]] = {
    State.FIXED: ("waiting", "wait", _l("用意しています")),
    State.READY: ("waiting", "wait", _l("順番を待っています")),
    State.GRANTED: ("working", "printer", _l("印刷しています")),
    State.PRINTING: ("working", "printer", _l("印刷しています")),
    State.PRINTED: ("out", "check", _l("できました")),
    State.TAKEN: ("out", "check", _l("できました")),
    State.SETTLED: ("out", "check", _l("できました")),
    State.CANCELLED: ("stopped", "stop", _l("とりやめました")),
    State.FAILED: ("stopped", "care", _l("作れませんでした")),
    State.NOT_PRINTED: ("stopped", "care", _l("印刷できませんでした")),
    State.UNKNOWN: ("stopped", "care", _l("係員が確認します")),
    State.VOIDED: ("stopped", "care", _l("とりやめました")),
}


def show(name: str, step: Step | None = None, *, live: str = "", **values: Any) -> Response:
    """Render the screen `name`. `live` is the address of one that renews itself: htmx then asks for its live part.

    No screen asks by htmx for anything but its own live part, so a fragment is always that.
    """
    values.update(frame=frame_of(name, step, live), live=live)
    response = page_or_block(f"kiosk/{TEMPLATES.get(name, name)}.html", "live", **values)
    return response if live else stop_polling(response)


def frame_of(name: str, step: Step | None, live: str = "") -> frames.Frame:
    """Names, dots, timers and prompt for the screen `name` at `step`."""
    title, prompt = SCREENS[name]
    slow = journey.SLOW if session.current_look().size == "largest" else 1
    is_asked = step is not None and name not in {"start", "idle"} and not journey.is_patient(step)
    is_ending = name in _ENDINGS
    return frames.Frame(
        title=str(title),
        voice=str(prompt),
        voice_id=name,
        dot=journey.DOTS.get(step, 0) if step and name != "start" else 0,
        idle=journey.IDLE_SECONDS * slow if is_asked and not is_ending else 0,
        grace=journey.GRACE_SECONDS * slow,
        alarm=journey.ALARM_SECONDS if name == "take" else 0,
        leave=_ENDINGS.get(name, 0) * slow,
        refresh=_refresh(live, is_asked, slow),
        may_stop=step is not None and name not in {"start", "refused"} and journey.may_stop(step),
        may_call=True,
        back=request.full_path.rstrip("?") if request.method == "GET" else url_for("kiosk.now"),
        names=frames.names(),
    )


def _refresh(live: str, is_asked: bool, slow: int) -> str:
    """For a browser without script: look again, or ask whether somebody is there."""
    if live:
        return f"3; url={live}{'&' if '?' in live else '?'}{LIVE}=1"
    if is_asked and request.endpoint != "kiosk.idle":
        return f"{journey.IDLE_SECONDS * slow}; url={url_for('kiosk.idle')}"
    return ""


def opening_words(at: datetime | None) -> str:
    """When one can come again."""
    return (
        _("次は %(moment)s からご利用いただけます。", moment=format_moment(at))
        if at
        else _("再開の日時は決まっていません。")
    )


def tries_words(tries_left: int | None) -> str:
    """How often a wrong PIN may still be given, where the card's kind says so."""
    if tries_left is None or tries_left < 1:
        return ""
    return ngettext(
        "あと%(num)s回まちがえると使えなくなります。", "あと%(num)s回まちがえると使えなくなります。", tries_left
    )


@dataclass(frozen=True)
class CopyLine:
    """One copy on the progress screen."""

    title: str
    look: str
    icon: str
    status: str


def copy_lines(copies: Sequence[CopyView]) -> list[CopyLine]:
    return [
        CopyLine(words.title_of(c.kind), look, icon, str(status))
        for c in copies
        for look, icon, status in [COPY_WORDS[c.state]]
    ]


def missing_notes(copies: Sequence[CopyView]) -> list[str]:
    """What did not come out, and that it is not charged."""
    lost = sum(COPY_WORDS[copy.state][0] == "stopped" for copy in copies)
    return [_("%(n)s通は印刷できませんでした。その分のお金はいただきません。", n=lost)] if lost else []
