"""The one form with choices. CSRF is checked for every request before a view runs, so the form does not repeat it."""

from __future__ import annotations

from collections.abc import Collection

from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import NumberRange

from app.kiosk.basket import MAX_COPIES, Item, Scope


class OptionsForm(Form):
    """Of whom, with which items, in how many copies."""

    # plain values: the templates write the labels (the type stubs still ask for pairs, which WTForms 3.3 deprecates)
    scope = RadioField(choices=list(Scope), default=Scope.ALL)
    person = SelectMultipleField(coerce=int, default=())
    option = SelectMultipleField(default=())
    copies = IntegerField(default=1, validators=[NumberRange(1, MAX_COPIES)])

    def to_item(self, kind: str, people: str) -> Item:
        """What was chosen; `people` marks the household that was on the screen."""
        scope = Scope(self.scope.data)
        chosen = tuple(sorted(self.person.data or ())) if scope is Scope.SOME else ()
        return Item(
            kind, scope, chosen, frozenset(self.option.data or ()), self.copies.data or 1, people if chosen else ""
        )


def read_options(given: MultiDict[str, str] | None, members: int, options: Collection[str]) -> OptionsForm:
    """The form over a household of `members` and this certificate's options; `given` None for a fresh page."""
    form = OptionsForm(given)
    form.person.choices = [str(number) for number in range(1, members + 1)]  # type: ignore[misc]
    form.option.choices = sorted(options)  # type: ignore[arg-type]
    return form
