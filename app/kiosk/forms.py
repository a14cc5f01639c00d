"""The one form with choices. CSRF is checked for every request before a view runs, so the form does not repeat it."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, RadioField, SelectMultipleField
from wtforms.validators import NumberRange

from app.kiosk.basket import MAX_COPIES, NOTHING, Item, Scope
from app.kiosk.choices import Home


class OptionsForm(Form):
    """Of whom, of what, with which items, in how many copies. People and things are positions in their lists."""

    # plain values: the templates write the labels (the type stubs still ask for pairs, which WTForms 3.3 deprecates)
    scope = RadioField(choices=list(Scope), default=Scope.USUAL)
    person = SelectMultipleField(coerce=int, default=())
    pick = SelectMultipleField(coerce=int, default=())
    option = SelectMultipleField(default=())
    copies = IntegerField(default=1, validators=[NumberRange(1, MAX_COPIES)])

    def to_item(self, home: Home) -> Item:
        """What was chosen from the lists of `home`."""
        scope = Scope(self.scope.data)
        return Item(
            home.kind.code,
            scope,
            home.persons.select(self.person.data or ()) if scope is Scope.SOME else NOTHING,
            home.picks.select(self.pick.data or ()),
            frozenset(self.option.data or ()),
            self.copies.data or 1,
        )


def read_options(given: MultiDict[str, str] | None, home: Home) -> OptionsForm:
    """The form over what `home` offers; `given` None for a fresh page, on which the usual content is marked."""
    form = OptionsForm(given)
    form.person.choices = _positions(len(home.persons.choices))  # type: ignore[assignment]
    form.pick.choices = _positions(len(home.picks.choices))  # type: ignore[assignment]
    form.option.choices = [option.code for option in home.options]  # type: ignore[misc]
    if given is None:
        form.scope.data = home.usual.value if home.usual is not Scope.SOME else Scope.USUAL.value
        form.person.data = []
        form.pick.data = [1] if home.is_one_picked else []
        form.option.data = [option.code for option in home.kind.usual]
    return form


def _positions(count: int) -> list[str]:
    return [str(position) for position in range(1, count + 1)]
