"""What the terminal says about the card in hand: may name the reason, is short, and says what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.protocol.messages import CardFailure


@dataclass(frozen=True)
class Notice:
    """A heading, and what to do next."""

    title: LazyString
    advice: LazyString


_COUNTER = _l("お住まいの市役所・町村役場の窓口にご相談ください。")
_AGAIN = _l("はじめからやりなおしてください。手数料はかかっていません。")

NOTICES: dict[CardFailure, Notice] = {
    CardFailure.UNKNOWN_CARD: Notice(
        _l("このカードは、この端末では使えません。"), _l("マイナンバーカードか、市町村のカードをお持ちください。")
    ),
    CardFailure.WRONG_PIN: Notice(
        _l("暗証番号がちがいます。"), _l("カードを作ったときに決めた4けたの数字を入れてください。")
    ),
    CardFailure.LOCKED: Notice(
        _l("暗証番号を3回まちがえたため、このカードは使えなくなっています。"),
        _l("お住まいの市役所・町村役場の窓口で、暗証番号を決めなおすと使えます。"),
    ),
    CardFailure.CARD_REMOVED: Notice(
        _l("カードが早くとられました。"), _l("まだ何もしていません。カードをもう一度置くと、つづけられます。")
    ),
    CardFailure.NOT_A_MEMBER: Notice(
        _l("お住まいの市町村は、この端末のサービスに入っていません。"),
        _l("お住まいの市役所・町村役場の窓口をご利用ください。"),
    ),
    CardFailure.STOPPED: Notice(_l("ご利用いただけないカードです。"), _COUNTER),
    CardFailure.EXPIRED: Notice(
        _l("カードの有効期限がすぎています。"),
        _l("お住まいの市役所・町村役場の窓口で更新すると使えます。"),
    ),
    CardFailure.CONTINUED_USE_PENDING: Notice(
        _l("引っ越しのあとの、カードの手続きが終わっていません。"),
        _l("新しくお住まいの市役所・町村役場の窓口に、カードをお持ちください。"),
    ),
    CardFailure.USABLE_TOMORROW: Notice(
        _l("このカードは、明日から使えます。"), _l("お手数ですが、明日もう一度お越しください。")
    ),
    CardFailure.UNDER_AGE: Notice(_l("15歳より下のかたのカードは、この端末では使えません。"), _COUNTER),
    CardFailure.TICKET_EXPIRED: Notice(_l("時間がたちすぎました。"), _AGAIN),
    CardFailure.TICKET_USED: Notice(_l("この画面は、もう使われています。"), _AGAIN),
    CardFailure.CANCELLED: Notice(_l("とりやめました。"), _l("手数料はかかっていません。")),
    CardFailure.TIMED_OUT: Notice(_l("しばらく操作がなかったので、終わりにしました。"), _AGAIN),
    CardFailure.UNAVAILABLE: Notice(
        _l("いまは、この端末で手続きができません。"),
        _l("しばらくたってから、はじめからやりなおしてください。カードには何もしていません。"),
    ),
}

RESTING_LANGUAGES = ("ja", "en", "zh_Hans")
FENCED = Notice(
    _l("この端末はお休みしています"),
    _l(
        "別の機器が、この端末として動いています。係員にお知らせください。お急ぎの方は、ほかの端末か窓口をご利用ください。"
    ),
)
CUT_OFF = Notice(
    _l("いまは、通信ができません"),
    _l("つながると、はじめの画面になります。お急ぎの方は、ほかの端末か窓口をご利用ください。"),
)
