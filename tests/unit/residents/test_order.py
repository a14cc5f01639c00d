import random

import pytest

from app.residents.facts import RecordedDate
from app.residents.order import in_order


def numbers(members, stored=None):
    return [m.atena_no for m in in_order(members, stored or {})]


def test_head_spouse_and_children_by_birth(person):
    family = [person("4", "子", 2010), person("3", "子", 2005), person("2", "妻", 1982), person("1", "世帯主")]
    assert numbers(family) == ["1", "2", "3", "4"]


def test_twins_stand_in_the_order_of_their_numbers(person):
    assert numbers([person("1", "世帯主"), person("9", "子", 2010), person("5", "子", 2010)]) == ["1", "5", "9"]


def test_a_child_with_a_family_stands_after_the_children_without(person):
    members = [
        person("1", "世帯主", 1950),
        person("2", "子", 1975, register="若草　二郎"),
        person("3", "子の妻", 1976, register="若草　二郎"),
        person("4", "子の子", 2005, register="若草　二郎"),
        person("5", "子", 1980),
    ]
    assert numbers(members) == ["1", "5", "2", "3", "4"]


def test_two_families_of_children_are_told_apart_by_the_family_register(person):
    members = [
        person("1", "世帯主", 1950),
        person("30", "子", 1978, register="次男"),
        person("20", "子", 1975, register="長男"),
        person("31", "子の妻", 1979, register="次男"),
        person("21", "子の妻", 1976, register="長男"),
        person("32", "子の子", 2001, register="次男"),
        person("22", "子の子", 2006, register="長男"),
    ]
    assert numbers(members) == ["1", "20", "21", "22", "30", "31", "32"]


def test_an_adopted_husband_of_a_daughter_stands_beside_her(person):
    members = [
        person("1", "世帯主", 1950),
        person("2", "子", 1978, register="婿"),
        person("3", "子（子の夫）", 1975, register="婿"),
        person("4", "子の子", 2005, register="婿"),
    ]
    assert numbers(members) == ["1", "2", "3", "4"]


def test_parents_with_the_register_head_first_then_siblings_then_grandparents(person):
    members = [
        person("7", "父の母", 1900),
        person("5", "兄", 1940),
        person("6", "妹", 1952),
        person("4", "母", 1919, register="若草　父", name="若草　母"),
        person("3", "父", 1920, register="若草　父", name="若草　父"),
        person("1", "世帯主", 1950),
    ]
    assert numbers(members) == ["1", "3", "4", "5", "6", "7"]


def test_other_relatives_then_acquaintances_then_lodgers(person):
    members = [
        person("9", "同居人", 1930),
        person("8", "縁故者", 1920),
        person("7", "妻の父の兄の子", 1981),
        person("6", "妻の弟", 1985),
        person("5", "妻の母", 1950),
        person("2", "妻", 1981),
        person("1", "世帯主"),
    ]
    assert numbers(members) == ["1", "2", "5", "6", "7", "8", "9"]


def test_a_brother_with_his_family_stands_with_it(person):
    members = [
        person("1", "世帯主", 1950),
        person("2", "弟", 1955, register="弟"),
        person("3", "弟の妻", 1956, register="弟"),
        person("4", "弟の子", 1985, register="弟"),
        person("5", "姉", 1948),
    ]
    assert numbers(members) == ["1", "5", "2", "3", "4"]


def test_an_unknown_birth_comes_last_among_equals(person):
    unknown = person("2", "子")
    unknown = type(unknown)(**{**vars(unknown), "birth_date": RecordedDate(None, "年月日不詳")})
    assert numbers([person("1", "世帯主"), unknown, person("3", "子", 2015)]) == ["1", "3", "2"]


def test_a_stored_order_holds_only_when_every_member_has_a_place(person):
    members = [person("1", "世帯主"), person("2", "妻"), person("3", "子", 2010)]
    assert numbers(members, {"1": 3, "2": 1, "3": 2}) == ["2", "3", "1"]
    assert numbers(members, {"1": 3, "2": 1, "3": 0}) == ["1", "2", "3"]


RELATIONSHIPS = [
    "妻",
    "子",
    "子の妻",
    "子の子",
    "子（子の夫）",
    "父",
    "母",
    "兄",
    "弟の妻",
    "父の父",
    "妻の母",
    "縁故者",
    "同居人",
    "",
    "子の子の子",
]


@pytest.mark.parametrize("seed", range(50))
def test_nobody_is_lost_or_doubled_and_the_file_order_does_not_matter(person, seed):
    dice = random.Random(seed)
    members = [person("1", "世帯主")] + [
        person(str(n), dice.choice(RELATIONSHIPS), dice.randrange(1920, 2020), dice.choice("ABC")) for n in range(2, 11)
    ]
    ordered = numbers(members)
    assert sorted(ordered) == sorted(m.atena_no for m in members)
    assert ordered[0] == "1"
    dice.shuffle(members)
    assert numbers(members) == ordered
