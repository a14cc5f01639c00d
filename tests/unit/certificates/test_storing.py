"""What is kept is read back as it was, or not at all."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document
from app.certificates.errors import UnreadableDocumentError
from app.certificates.storing import from_json, to_json

WRONG = UnreadableDocumentError
SAMPLES = {code: samples.sample(code, 5, options=[option.code for option in KINDS[code].options]) for code in KINDS}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ANY_KIND = pytest.mark.parametrize("code", KINDS)


def retold(value: Any, draw: st.DrawFn) -> Any:
    """The same shape with other texts, numbers, pictures and another length of every list."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value, **{f.name: retold(getattr(value, f.name), draw) for f in dataclasses.fields(value)}
        )
    if isinstance(value, tuple):
        times = draw(st.integers(0, 3)) if value and all(type(v) is type(value[0]) for v in value) else None
        return tuple(retold(v, draw) for v in (value if times is None else [value[0]] * times))
    if isinstance(value, str):
        return draw(TEXT)
    if isinstance(value, bytes):
        return draw(st.binary(max_size=40))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return draw(st.floats(0, 300, allow_nan=False))
    assert isinstance(value, int), type(value)
    return draw(st.integers())


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Of any kind: the sample, its content drawn anew."""
    return retold(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))], draw)


@given(documents())
def test_a_document_survives_being_kept(document):
    text = to_json(document)
    again = from_json(text)
    assert again == document
    assert type(again) is type(document)
    assert to_json(again) == text


@pytest.mark.parametrize("form", ["household", "individual"])
@pytest.mark.parametrize("persons", [1, 5, 10])
@ANY_KIND
def test_the_samples_survive_being_kept(code, persons, form):
    document = samples.sample(code, persons, form)
    assert from_json(to_json(document)) == document


@ANY_KIND
def test_it_is_said_once_in_one_way(code):
    """Equal documents are equal text: the journal may compare either."""
    text = to_json(SAMPLES[code])
    assert text == to_json(from_json(text)) == to_json(copy.deepcopy(SAMPLES[code]))
    content = json.loads(text)
    assert list(content) == sorted(content)
    assert (content["kind"], content["form_version"]) == (code, KINDS[code].document.form_version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "null",
        "[]",
        "7",
        '"seal_registration"',
        '{"kind":"seal_registration"}',
        '{"kind":[]}',
        "[" * 10**5,
    ],
    ids=lambda text: text[:30],
)
def test_what_was_never_kept_is_not_read(text):
    with pytest.raises(WRONG):
        from_json(text)


@pytest.mark.parametrize("kind", ["nothing", "", "Document", "resident_record "])
def test_a_kind_that_is_not_in_the_catalogue(kind):
    content = json.loads(to_json(SAMPLES["resident_record"])) | {"kind": kind}
    with pytest.raises(WRONG):
        from_json(json.dumps(content))


def test_a_document_of_one_kind_is_not_read_as_another():
    content = json.loads(to_json(SAMPLES["resident_record"])) | {"kind": "seal_registration"}
    with pytest.raises(WRONG):
        from_json(json.dumps(content))


@pytest.mark.parametrize("version", [0, 2, 1.5, "1", None, -1])
@ANY_KIND
def test_another_form_is_another_sheet(code, version):
    content = json.loads(to_json(SAMPLES[code])) | {"form_version": version}
    with pytest.raises(WRONG):
        from_json(json.dumps(content))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every field and to every element of a kept document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, held in inside for way in [(*path, key), *places(held, (*path, key))]]


def changed(content: Any, path: tuple[Any, ...], change: Any) -> str:
    """Kept text with one thing done to the field at `path`."""
    content = copy.deepcopy(content)
    *way, last = path
    part = content
    for key in way:
        part = part[key]
    change(part, last)
    return json.dumps(content, ensure_ascii=False)


def at(content: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        content = content[key]
    return content


_MAY_BE = {bool: (bool,), str: (str,), int: (int,), float: (int, float)}
KEPT = {code: json.loads(to_json(document)) for code, document in SAMPLES.items()}
FIELDS = {
    code: [path for path in places(content) if isinstance(path[-1], str) and path[0] not in {"kind", "form_version"}]
    for code, content in KEPT.items()
}


@ANY_KIND
def test_no_field_may_be_missing(code):
    for path in FIELDS[code]:
        with pytest.raises(WRONG):
            from_json(changed(KEPT[code], path, lambda part, key: part.pop(key)))


@ANY_KIND
def test_no_field_may_be_added(code):
    """Beside any field that is there: an unknown one would be printed by nobody and checked by nobody."""
    for path in FIELDS[code]:
        with pytest.raises(WRONG):
            from_json(changed(KEPT[code], path, lambda part, key: part.update({f"{key}_more": "x"})))


@pytest.mark.parametrize("wrong", [7, True, {"a": 1}, {}, [7], [[]], [None], "a"], ids=str)
@ANY_KIND
def test_no_field_may_be_of_another_type(code, wrong):
    for path in FIELDS[code]:
        if type(wrong) in _MAY_BE.get(type(at(KEPT[code], path)), ()):
            continue
        with pytest.raises(WRONG):
            from_json(changed(KEPT[code], path, lambda part, key: part.update({key: wrong})))


@ANY_KIND
def test_a_text_is_never_nothing(code):
    for path in FIELDS[code]:
        if isinstance(at(KEPT[code], path), str):
            with pytest.raises(WRONG):
                from_json(changed(KEPT[code], path, lambda part, key: part.update({key: None})))


def test_what_is_wrong_quotes_nothing_of_it():
    """What is kept names a person; what is said of it may be logged."""
    text = changed(KEPT["seal_registration"], ("name",), lambda part, key: part.update({key: ["若草　太郎"]}))
    with pytest.raises(WRONG) as caught:
        from_json(text)
    assert str(caught.value) == ""
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("png", ["not base64!", "AAA", "あ", "\n"])
def test_a_picture_is_whole_or_not_there(png):
    path = ("certification", "issuer_seal", "png")
    with pytest.raises(WRONG):
        from_json(changed(KEPT["seal_registration"], path, lambda part, key: part.update({key: png})))
