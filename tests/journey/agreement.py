"""Whether four records that different processes keep say the same: trays, machines, the towns' journals, the ledger."""

from __future__ import annotations

from datetime import timedelta

from app import clock, create_app
from app.issuance import reconcile
from app.municipalities.partitions import partitions
from tests.journey import truth
from tests.journey.crowd import Trip, wait_until
from tests.journey.installation import Installation


def assert_everybody_holds_their_own(trips: list[Trip]) -> None:
    """The requester's name on every sheet, and a number that no other sheet bears."""
    for trip in trips:
        for file in trip.files:
            assert trip.name in truth.text_of(file), "a sheet without the requester's name"
    numbers = [truth.number_of(file) for trip in trips for file in trip.files]
    assert len(numbers) == len(set(numbers))


def finish(installation: Installation) -> None:
    """Let time pass for whoever walked away, until every order is closed or waits for a person; then relay."""
    app = create_app(installation.config, surfaces=())
    with app.app_context():
        wait_until(lambda: _is_finished(installation), 120, "every order is closed or a case")
        installation.flask("issuance", "relay", "--once")
        partitions.dispose()


def _is_finished(installation: Installation) -> bool:
    with clock.frozen(clock.now() + timedelta(minutes=4)):
        reconcile.reconcile_all(partitions.codes())
    return not _open_orders(installation) - _orders_with_cases(installation)


def _open_orders(installation: Installation) -> set[str]:
    return {order for (order,) in truth.everywhere(installation, "SELECT order_id FROM issue_order WHERE is_open")}


def _orders_with_cases(installation: Installation) -> set[str]:
    sql = "SELECT order_id FROM issue_case WHERE closed_at IS NULL AND order_id IS NOT NULL"
    return {order for (order,) in truth.everywhere(installation, sql)}


def assert_records_agree(installation: Installation) -> None:
    """Trays, machines, journals, ledger."""
    journal = truth.everywhere(
        installation,
        """SELECT a.attempt_id, i.state, i.yen, o.payment_key FROM attempt a
           JOIN issuance i USING (issuance_id) JOIN issue_order o USING (order_id)""",
    )
    settled = {attempt for attempt, state, _, _ in journal if state == "settled"}
    doubtful = {attempt for attempt, state, _, _ in journal if state == "unknown"}
    slips = truth.slips(installation)
    out = {slip.attempt_id for slip in slips}
    assert len(slips) == len({(slip.attempt_id, slip.sheet) for slip in slips}), "a sheet came out twice"
    assert settled <= out <= settled | doubtful

    charged: dict[str, int] = {}
    for _, state, yen, key in journal:
        if state == "settled":
            charged[key] = charged.get(key, 0) + yen
    assert truth.cash_kept(installation) == charged
    assert dict(truth.ledger(installation)) == charged
    assert truth.cash_open(installation) == 0
    numbers = [n for (n,) in truth.everywhere(installation, "SELECT issue_number FROM attempt")]
    assert len(numbers) == len(set(numbers))
