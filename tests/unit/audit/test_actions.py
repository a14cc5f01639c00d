"""The list of actions is closed, and every one says which details it carries."""

import pytest

from app.audit.actions import DETAILS, Action

PERSONAL = {"atena_no", "address", "birth_date", "pin", "credential", "individual_number", "number_of_card"}


@pytest.mark.parametrize("action", Action)
def test_every_action_has_its_details(action: Action) -> None:
    assert action in DETAILS
    assert not DETAILS[action] & PERSONAL


@pytest.mark.parametrize("action", Action)
def test_an_action_is_written_as_subject_and_verb(action: Action) -> None:
    subject, _, verb = action.value.partition(".")
    assert subject
    assert verb
    assert len(action.value) <= 40
