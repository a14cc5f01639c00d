"""What staff type. CSRF is checked for every request before a view runs, so the forms do not repeat it."""

from __future__ import annotations

from wtforms import Form, PasswordField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from app.staff.limits import LONGEST_PASSWORD

_CODE = [DataRequired(), Regexp(r"^\d{6}$")]
_LONGEST_NAME = 40


def _digits(given: str | None) -> str:
    """Six digits as people type them: with a space in the middle, or full-width."""
    return "".join(str(int(sign)) for sign in given or "" if sign.isdecimal())[:12]


class SignInForm(Form):
    """The first step."""

    name = StringField(
        validators=[DataRequired(), Length(max=_LONGEST_NAME)], filters=[lambda v: (v or "").strip().lower()]
    )
    password = PasswordField(validators=[DataRequired(), Length(max=LONGEST_PASSWORD)])


class CodeForm(Form):
    """The second step."""

    code = StringField(validators=_CODE, filters=[_digits])


class SetUpForm(CodeForm):
    """The second step of the first time."""

    password = PasswordField(validators=[DataRequired()])
    again = PasswordField(validators=[DataRequired()])
