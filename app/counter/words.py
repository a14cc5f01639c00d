"""What is said to staff: of cases, verdicts, states, people who act. Japanese is the source text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.errors import KoikiError
from app.issuance.cases import Verdict
from app.issuance.history import About, HistoryLine
from app.issuance.models import CaseKind, Disposal
from app.issuance.states import TAKEN_UNSEEN, Payment, State
from app.municipalities.limits import get_limits
from app.protocol.messages import Tender
from app.staff.errors import BadPasswordError, DisabledError, LockedError
from app.staff.limits import SHORTEST_PASSWORD, EndReason, PasswordFault
from app.staff.roles import Role
from app.web.languages import format_day, format_moment, format_yen

ROLES: dict[Role, LazyString] = {
    Role.CLERK: _l("窓口職員"),
    Role.SENIOR_CLERK: _l("係長"),
    Role.UNION_ADMINISTRATOR: _l("広域連合の管理者"),
}

LAPSES: dict[EndReason, LazyString | str] = {
    EndReason.NEXT_STEP: "",
    EndReason.UNKNOWN: "",
    EndReason.SIGNED_OUT: _l("サインアウトしました。"),
    EndReason.SIGNED_OUT_EVERYWHERE: _l("すべての端末でサインアウトしました。"),
    EndReason.IDLE: _l("しばらく操作がなかったので、サインアウトしました。"),
    EndReason.TOO_LONG: _l("時間がたったので、サインアウトしました。もう一度サインインしてください。"),
    EndReason.DISABLED: _l("この職員番号では、もうサインインできません。管理者に確かめてください。"),
    EndReason.RESET: _l("パスワードが作りなおされました。新しいパスワードでサインインしてください。"),
}

PASSWORD_FAULTS: dict[PasswordFault, LazyString] = {
    PasswordFault.SHORT: _l("パスワードが短すぎます。%(n)s文字以上にしてください。", n=SHORTEST_PASSWORD),
    PasswordFault.LONG: _l("パスワードが長すぎます。"),
    PasswordFault.NAMED: _l("職員番号をふくむパスワードは使えません。"),
    PasswordFault.SAME: _l("渡されたパスワードとは別のものにしてください。"),
    PasswordFault.UNEQUAL: _l("2つのパスワードがちがいます。"),
}


@dataclass(frozen=True)
class KindWords:
    """A kind of case: its name, what has happened, what to look at and do, before a verdict is given."""

    name: LazyString
    happened: LazyString
    steps: tuple[LazyString, ...]


_ESCROW = _l("お金の機械を開けて、入っている金額と控えを数えます。")
_TRAY = _l("出口のトレイと、その端末のまわりを見ます。ほかの人の手にわたらないようにします。")
_RESUME = _l("原因が分かったら案件を閉じ、端末の一覧から再開します。")

KINDS: dict[CaseKind, KindWords] = {
    CaseKind.OUTCOME_UNKNOWN: KindWords(
        _l("印刷の結果が分からない"),
        _l("紙が出たかどうか、プリンターも端末も言えません。この番号は、もう印刷されません。"),
        (
            _TRAY,
            _l("プリンターの枚数と、端末の記録（agent show）を見ます。"),
            _l("紙の通り道を空にします。"),
            _l("紙がないとき、手数料が機械に残っていれば現金で返します。"),
            _RESUME,
        ),
    ),
    CaseKind.NOT_TAKEN: KindWords(
        _l("証明書が取られていない"),
        _l("印刷は終わりましたが、トレイから取られたことが確かめられていません。"),
        (_TRAY, _l("本人に渡すか、渡せないときは廃棄します。")),
    ),
    CaseKind.PAYMENT_UNKNOWN: KindWords(
        _l("お金の行き先が分からない"),
        _l("お金を受け取ったのか返したのか、機械が言えません。"),
        (
            _l("端末の電源と通信を確かめます。もどれば、端末が自分で終わらせることがあります。"),
            _ESCROW,
        ),
    ),
    CaseKind.CHANGE_OWED: KindWords(
        _l("返せなかったお金がある"),
        _l("機械が返すはずだったお金を、返しきれませんでした。利用者は画面の番号を持って窓口に来ます。"),
        (_l("番号と金額を確かめて、現金で渡し、受け取りの署名をもらいます。"), _ESCROW),
    ),
    CaseKind.GUARD_MISMATCH: KindWords(
        _l("紙面と内容が合わない"),
        _l("できあがった紙面が、決めた内容と同じではありませんでした。印刷はされていません。端末は止まっています。"),
        (_l("何がどのページで合わなかったかを下の記録で見て、原因を先に見つけます。"), _RESUME),
    ),
    CaseKind.MANIFEST_MISMATCH: KindWords(
        _l("別の印刷物を受け取った"),
        _l(
            "端末が、自分の手続きのものではない印刷物を断ったか、あるはずのない紙を報告しました。端末は止まっています。"
        ),
        (_TRAY, _RESUME),
    ),
    CaseKind.RENDER_FAILED: KindWords(
        _l("紙面を作れなかった"),
        _l("証明書の紙面を作れませんでした。手数料はかかっていません。"),
        (_l("フォントにない文字は、台帳の担当に伝えます。"),),
    ),
    CaseKind.UNPRINTABLE: KindWords(
        _l("台帳の文字が印刷できない"),
        _l("台帳に、紙面に出せない文字か、欄に入らない文があります。利用者には受付番号だけを伝えています。"),
        (_l("欄の名前を確かめて、台帳の担当に直してもらいます。"),),
    ),
    CaseKind.COUNT_DIFFERS: KindWords(
        _l("枚数かお金が記録と合わない"),
        _l("端末の機械が数えた枚数か金額が、記録の合計とちがいます。"),
        (_l("下の数字を、紙の残りと集めた現金とくらべます。"), _ESCROW),
    ),
    CaseKind.ACCOUNTS_DIFFER: KindWords(
        _l("台帳と記録が合わない"),
        _l("広域連合の収納台帳が、この市町村の記録とちがいます。"),
        (_l("行を消さずに、番号ごとに記録と台帳をくらべます。運用担当に連絡します。"),),
    ),
    CaseKind.TERMINAL_SILENT: KindWords(
        _l("端末から連絡がない"),
        _l("開いている時間に、端末からの連絡が%(time)sよりも長くありません。"),
        (_l("端末の電源と回線を確かめます。連絡がもどっても、案件は人が閉じます。"),),
    ),
    CaseKind.RELAY_LATE: KindWords(
        _l("連合への送信が遅れている"),
        _l("広域連合に知らせることが、決められた時間よりも長く待っています。この市町村の新しい申請は止まっています。"),
        (_l("運用担当に連絡します。送信が動きだすと、受付は自分で再開します。"),),
    ),
}

# (the button, what it means)
VERDICTS: dict[Verdict, tuple[LazyString, LazyString]] = {
    Verdict.CAME_OUT: (_l("本人が受け取った"), _l("紙は本人の手にあります。番号は有効で、手数料をいただきます。")),
    Verdict.NOT_PRINTED: (_l("紙は出ていない"), _l("紙はどこにもありません。番号を無効にし、手数料を返します。")),
    Verdict.DESTROYED: (_l("紙を廃棄した"), _l("紙を見つけて廃棄しました。番号を無効にし、手数料を返します。")),
    Verdict.MISSING: (_l("さがしたが見つからない"), _l("紙が見つかりません。番号を無効にし、手数料を返します。")),
    Verdict.KEPT: (_l("お金は機械にある"), _l("出た証明書の手数料は、機械の中にあります。収納として記録します。")),
    Verdict.REFUNDED: (_l("全額を返した"), _l("入れたお金は、すべて返しました。返金として記録します。")),
    Verdict.PAID_BACK: (_l("窓口で返した"), _l("足りなかったお金を、窓口で渡しました。")),
    Verdict.CHECKED: (_l("確認した"), _l("見て確かめました。番号もお金も変わりません。")),
}

_STATES: dict[str, LazyString] = {
    State.FIXED.value: _l("受け付けた"),
    State.READY.value: _l("紙面ができた"),
    State.GRANTED.value: _l("端末に印刷を許した"),
    State.PRINTING.value: _l("プリンターに送った"),
    State.PRINTED.value: _l("紙が出た"),
    State.TAKEN.value: _l("取られた"),
    State.SETTLED.value: _l("完了"),
    State.CANCELLED.value: _l("取りやめ"),
    State.FAILED.value: _l("作れなかった"),
    State.NOT_PRINTED.value: _l("印刷されなかった"),
    State.UNKNOWN.value: _l("不明"),
    State.VOIDED.value: _l("無効"),
}
_PAYMENTS: dict[str, LazyString] = {
    Payment.NONE.value: _l("まだ求めていない"),
    Payment.ASKED.value: _l("受け取り中"),
    Payment.SWITCHING.value: _l("支払い方法を変えるところ"),
    Payment.HELD.value: _l("預かっている"),
    Payment.COMMITTING.value: _l("収納するところ"),
    Payment.COMMITTED.value: _l("収納した"),
    Payment.RELEASING.value: _l("返すところ"),
    Payment.RELEASED.value: _l("返した"),
    Payment.UNKNOWN.value: _l("不明"),
}
_DISPOSALS: dict[str, LazyString] = {
    Disposal.NEVER_PRINTED.value: _l("印刷されずに無効"),
    Disposal.DESTROYED.value: _l("廃棄して無効"),
    Disposal.MISSING.value: _l("見つからず無効"),
}
TENDERS: dict[Tender, LazyString] = {
    Tender.CASH: _l("現金"),
    Tender.EMONEY: _l("電子マネー"),
    Tender.QR: _l("QR決済"),
}
_ACTORS: dict[str, LazyString] = {
    "worker": _l("紙面を作る処理"),
    "reconcile": _l("見回りの処理"),
    "relay": _l("送信の処理"),
}


def happened(kind: CaseKind) -> str:
    """What has happened, with the limit of this installation where the case is about one."""
    said = str(KINDS[kind].happened)
    return said % {"time": _duration(get_limits().silent_case)} if kind is CaseKind.TERMINAL_SILENT else said


def _duration(time: timedelta) -> str:
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    return _("%(n)s秒", n=minutes * 60 + seconds) if seconds or not minutes else _("%(n)s分", n=minutes)


def moment(at: datetime) -> str:
    """To the second: what came before what."""
    return f"{format_day(at.date())} {at:%H:%M:%S}"


def state(value: State | str) -> str:
    """A copy's state; a word that this page does not know yet is shown as it is."""
    return str(_STATES.get(str(value), value))


def payment(value: Payment | str) -> str:
    return str(_PAYMENTS.get(str(value), value))


def verdict(value: str | None) -> str:
    """A verdict by its value; empty for none."""
    return str(VERDICTS[Verdict(value)][0]) if value in set(Verdict) else (value or "")


def actor(who: str) -> str:
    """Who did something: a member of staff, a terminal, or one of our own processes."""
    kind, _colon, name = who.partition(":")
    if kind == "staff":
        return _("職員 %(name)s", name=name)
    if kind == "terminal":
        return _("端末 %(name)s", name=name)
    return str(_ACTORS.get(kind, who))


def history(line: HistoryLine) -> tuple[str, str]:
    """About what, and what happened to it."""
    if line.about is About.MONEY:
        money = format_yen(line.yen) if line.yen else ""
        return _("お金"), " ".join(filter(None, (payment(line.to), money)))
    if line.about is About.NUMBER:
        return _("番号"), f"{line.note} {_DISPOSALS.get(line.to, line.to)}"
    told = _("紙が出た（取られたかは分からない）") if is_unseen(line) else state(line.to)
    return _("%(n)s通目", n=line.position), told


def is_unseen(line: HistoryLine) -> bool:
    """Whether nobody and nothing saw the sheet leave: the terminal has no exit sensor."""
    return line.to == State.TAKEN.value and line.note == TAKEN_UNSEEN


def sign_in_problem(error: KoikiError) -> str:
    """What whoever knocks is told: never which of name, password and code was wrong."""
    if isinstance(error, LockedError):
        return _("何度もちがったので、%(at)s までサインインできません。", at=format_moment(error.until))
    if isinstance(error, DisabledError):
        return str(LAPSES[EndReason.DISABLED])
    if isinstance(error, BadPasswordError):
        return str(PASSWORD_FAULTS[error.fault])
    return _("職員番号、パスワードか確認コードがちがいます。")
