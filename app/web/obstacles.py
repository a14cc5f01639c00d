"""What is in the way of a terminal or a town, for staff: what they see, and what they do about it."""

from __future__ import annotations

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.municipalities.serviceability import Obstacle

NODE = "koiki-node"  # this process among the others (app.nodes.membership); a process that serves nobody has none
_CLEAR = _l("中を確かめて、紙を取りのぞいてから、再開してください。")

# (what it is, what to do)
FOR_STAFF: dict[Obstacle, tuple[LazyString, LazyString]] = {
    Obstacle.STOPPED: (_l("停止中"), _l("案件を確かめてから、再開してください。")),
    Obstacle.SILENT: (_l("通信なし"), _l("端末の電源と回線を確かめてください。")),
    Obstacle.MISMATCH: (_l("内容の食いちがいで停止"), _l("案件を確かめてから、再開してください。")),
    Obstacle.OUTCOME_UNKNOWN: (_l("印刷の結果が不明で停止"), _CLEAR),
    Obstacle.PRINTER_CHANGED: (
        _l("プリンターが入れかわった"),
        _l("正しいプリンターか確かめて、再開してください。"),
    ),
    Obstacle.OUT_OF_SERVICE: (_l("端末が自分で停止"), _CLEAR),
    Obstacle.SHEET_LEFT: (_l("取り忘れの証明書"), _l("排紙トレイの証明書を取りのぞき、案件を処理してください。")),
    Obstacle.OFFLINE: (_l("プリンターの電源・接続"), _l("電源とケーブルを確かめてください。")),
    Obstacle.JAM: (_l("紙づまり"), _l("つまった紙を取りのぞいてください。紙は枚数を数えて残してください。")),
    Obstacle.COVER_OPEN: (_l("カバーが開いている"), _l("カバーを閉めてください。")),
    Obstacle.TRAY: (_l("給紙トレイがない"), _l("給紙トレイをもどしてください。")),
    Obstacle.TONER: (_l("トナー切れ"), _l("トナーか廃トナーボックスを交換してください。")),
    Obstacle.OUTPUT_FULL: (_l("排紙トレイがいっぱい"), _l("排紙トレイの紙を取りのぞいてください。")),
    Obstacle.PAUSED: (_l("プリンターが一時停止中"), _l("プリンターの一時停止を解除してください。")),
    Obstacle.NOT_ACCEPTING: (_l("プリンターが受けつけない"), _l("プリンターの設定を確かめてください。")),
    Obstacle.BUSY: (_l("ほかの印刷が残っている"), _l("残っている印刷を取り消し、紙を取りのぞいてください。")),
    Obstacle.OTHER: (_l("プリンターの異常"), _l("プリンターの表示を確かめてください。")),
    Obstacle.NO_PAPER: (_l("用紙切れ"), _l("A4の用紙を入れてください。")),
    Obstacle.NO_TENDER: (_l("支払いができない"), _l("お金の機械、電子マネー、回線を確かめてください。")),
    Obstacle.UNATTENDED: (_l("裏側の処理が止まっている"), _l("運用担当に連絡してください。動きだすと使えます。")),
    Obstacle.RELAY_LATE: (_l("連合への送信の遅れ"), _l("運用担当に連絡してください。動きだすと受付が再開します。")),
    Obstacle.REGISTER_OLD: (_l("データが届いていない"), _l("業務システムからのデータの連携を確かめてください。")),
}


def is_attended() -> bool:
    """Whether this process has heard of all that must run beside it: else nothing new may begin."""
    node = current_app.extensions.get(NODE)
    return node is None or not node.missing_keepers()
