"""What a terminal, its devices and the guard write down as a short phrase or a code, in words for staff.

The phrases are those of `app.terminal.press` and `till`, the codes those of `app.issuance.guard` and the errors of the
renderer; tests read them there. One that nobody has put into words yet is shown as it is: evidence is never left out.
"""

from __future__ import annotations

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.certificates.catalogue import KINDS
from app.municipalities.serviceability import Obstacle
from app.web.obstacles import FOR_STAFF

FINDINGS: dict[str, LazyString] = {
    "unreadable": _l("紙面を読みもどせない"),
    "pages": _l("ページの数がちがう"),
    "issue_number": _l("発行番号がちがう"),
    "page_number": _l("ページの番号がちがう"),
    "attestation": _l("認証文の場所がちがう"),
    "content": _l("文書の文字が紙面にない"),
    "order": _l("項目のならびがちがう"),
    "pictures": _l("公印か印影がちがう"),
    "fonts": _l("決められていない書体がある"),
    "form": _l("様式の文字がちがう"),
    "additional": _l("文書にも様式にもない文字がある"),
    "twelve_digits": _l("文書にない12けたの数字がある"),
    "foreign_name": _l("ほかの人の名前がある"),
    "document_of_another_attempt": _l("別の番号の文書だった"),
    "kind": _l("申請とはちがう種類の証明書だった"),
    "option": _l("のせる項目が申請とちがう"),
    "persons": _l("のせる人が申請とちがう"),
    "picks": _l("年度などが申請とちがう"),
    "MissingGlyphError": _l("フォントにない文字がある"),
    "TextTooLongError": _l("欄に入らない文字がある"),
    "UnprintableError": _l("印刷できない文字がある"),
    "RenderingError": _l("紙面が予定どおりにできなかった"),
    "UnreadableDocumentError": _l("しまっておいた文書を読めない"),
}
_WITHOUT_PAGE = frozenset({"option", "persons"})  # they are about the document: which item, how many of how many
_OPTIONS = {option.code: option.japanese for kind in KINDS.values() for option in kind.options}
_FINDING = re.compile(r"(?P<code>\w+)(\.\d+)?(:(?P<page>.+))?")

# what the agent gives as the reason, as a whole
WHY: dict[str, LazyString] = {
    "asked again": _l("もう一度聞かれたので、同じことを答えた"),
    "restarted before sending": _l("プリンターに送る前に、端末が再起動した"),
    "printer did not take it": _l("プリンターが受けつけなかった"),
    "the printer does not answer": _l("プリンターが答えない"),
    "all sheets were out when the job was cut off": _l("中止されたとき、全部の紙がもう出ていた"),
    "no record of the job": _l("端末に、その印刷の記録がない"),
    "another folder held the lease": _l("同じ端末の別のプログラムが動いていた"),
    "no exit sensor": _l("出口センサーがない"),
    "exit sensor": _l("出口センサーの記録"),
    "job none": _l("プリンターが受け取っていない"),
    "job printing": _l("プリンターがまだ印刷している"),
    "job stopped": _l("プリンターが途中で止まっている"),
    "job done": _l("プリンターは終わったと言っている"),
    "job aborted": _l("プリンターの印刷が中止された"),
    "job lost": _l("プリンターが印刷を忘れた"),
    "job unreachable": _l("プリンターにつながらない"),
    "terminal_id": _l("別の端末の印刷物だった"),
    "visit_id": _l("別の人の手続きの印刷物だった"),
    "attempt_id": _l("別の印刷の印刷物だった"),
    "grant_id": _l("別の許可の印刷物だった"),
    "sha256": _l("紙面の中身が約束とちがう"),
    "sheets": _l("ページの数が約束とちがう"),
}
# the same with something in it that changes
_WHY_WITH: tuple[tuple[re.Pattern[str], LazyString], ...] = (
    (re.compile(r"grant refused (?P<code>\d+)"), _l("印刷の許可が出なかった（%(code)s）")),
    (re.compile(r"printer did not take it (?P<code>.+)"), _l("プリンターが受けつけなかった（%(code)s）")),
)
_COUNTED = re.compile(r"(?:(?P<why>.+), )?(?P<out>-?\d+) of (?P<sheets>\d+)")

TAKEN: dict[str, LazyString] = {
    "seen": _l("取られたのをセンサーが見た"),
    "unknown": _l("取られたかは分からない"),
}
DEVICE: dict[str, LazyString] = {
    "none": _l("この支払いを知らない"),
    "collecting": _l("受け取っている途中"),
    "held": _l("預かっている"),
    "moving": _l("お金を動かしている途中"),
    "committed": _l("収納した"),
    "released": _l("返した"),
    "unknown": _l("機械にも分からない"),
}
# a payment as the terminal has it
BOOKED: dict[str, LazyString] = {
    "collecting": _l("受け取り中"),
    "held": _l("預かっている"),
    "committing": _l("収納するところ"),
    "committed": _l("収納した"),
    "releasing": _l("返すところ"),
    "released": _l("返した"),
    "unknown": _l("不明"),
}
_APART = re.compile(rf"(?P<step>{'|'.join(DEVICE)}) while (?P<state>{'|'.join(BOOKED)})")
REASONS: dict[str, LazyString] = {
    "forgotten": _l("機械がこの支払いを忘れた"),
    "taken away": _l("この支払いの機械がもうない"),
    "another machine": _l("別の機械が答えた"),
    "form": _l("機械の答えの形がちがう"),
    "event": _l("機械の記録の形がちがう"),
    "status": _l("機械の様子の形がちがう"),
    "amount": _l("機械の答えの金額がありえない"),
    "yen": _l("同じ支払いの金額がちがう"),
    "sum": _l("機械の答えの合計が合わない"),
    "payment": _l("別の支払いについて答えた"),
    "more than came in": _l("入った金額より多い"),
}


def finding(code: str) -> str:
    """A finding of the guard or the renderer: what, and on which page."""
    match = _FINDING.fullmatch(code)
    if match is None or match["code"] not in FINDINGS:
        return code
    words, page = str(FINDINGS[match["code"]]), match["page"]
    if match["code"] in _WITHOUT_PAGE:
        return f"{words}（{_OPTIONS.get(page, page)}）" if page else words
    return _("%(what)s（%(page)sページ）", what=words, page=page) if page else words


def why(phrase: str) -> str:
    """The agent's reason, with how many sheets came out of how many where it counted them."""
    counted = _COUNTED.fullmatch(phrase)
    if counted is None:
        return _reason(phrase)
    out = _("%(sheets)s枚中%(out)s枚", sheets=counted["sheets"], out=counted["out"])
    return f"{_reason(counted['why'])} {out}" if counted["why"] else out


def reason(phrase: str) -> str:
    """Why the terminal does not believe a payment device."""
    if match := _APART.fullmatch(phrase):
        return _(
            "端末では「%(booked)s」、機械では「%(told)s」", booked=BOOKED[match["state"]], told=DEVICE[match["step"]]
        )
    return str(REASONS.get(phrase, phrase))


def fault(word: str) -> str:
    """A word that an agent says of its printer."""
    return str(FOR_STAFF[Obstacle(word)][0]) if word in set(Obstacle) else word


def _reason(phrase: str) -> str:
    for pattern, words in _WHY_WITH:
        if match := pattern.fullmatch(phrase):
            return str(words) % match.groupdict()
    return str(WHY.get(phrase, phrase))
