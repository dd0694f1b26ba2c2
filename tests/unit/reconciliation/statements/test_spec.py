"""The language of profiles: everything wrong with one is told at once, by its place."""

import pytest

from reconciliation.statements.shipped import shipped
from reconciliation.statements.spec import SpecInvalid, read_spec

LEAST = {
    "fields": {"number": {"columns": ["No"]}, "amount": {"columns": ["Amount"]}, "occurred_at": {"columns": ["Time"]}},
    "kind": [{"constant": "payment"}],
}


TWICE = {"success": ["Ok"], "failed": ["OK"]}


def changed(place, value):
    """``LEAST`` with one thing set at ``a.b.c``; ``None`` takes it away."""
    raw = {**LEAST, "fields": {name: dict(one) for name, one in LEAST["fields"].items()}}
    *path, last = place.split(".")
    at = raw
    for part in path:
        at = at.setdefault(part, {})
    if value is None:
        at.pop(last)
    else:
        at[last] = value
    return raw


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_every_shipped_profile_is_in_order(one):
    assert read_spec(one.spec).must_have()


def test_the_least_that_makes_a_profile_is_accepted():
    assert read_spec(LEAST).names() == {"no", "amount", "time"}


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("fields.occurred_at", None, ("fields.occurred_at", "missing")),
        ("fields.occurred_at.required", False, ("fields.occurred_at", "missing")),
        ("fields.amount", None, ("fields.amount", "amount_or_both_sides")),
        ("fields.credit", {"columns": ["Có"]}, ("fields.amount", "amount_or_both_sides")),
        ("fields.number", None, ("fields", "nothing_to_match_by")),
        ("fields.colour", {"columns": ["x"]}, ("fields.colour", "unknown")),
        ("fields.number.columns", ["*"], ("fields.number.columns", "empty_name")),
        ("fields.number.use", "sum", ("fields.number.use", "sum_of_amounts_only")),
        ("fields.amount.divide", 7, ("fields.amount.divide", "one_of")),
        ("fields.amount.divide", True, ("fields.amount.divide", "one_of")),
        ("fields.amount.sign", "both", ("fields.amount.sign", "one_of")),
        ("fields.amount.required", "yes", ("fields.amount.required", "yes_or_no")),
        ("fields.occurred_at.formats", ["%d/%m"], ("fields.occurred_at.formats", "format")),
        ("fields.status", {"columns": ["s"], "words": {"fine": ["ok"]}}, ("fields.status.words.fine", "unknown")),
        ("fields.status", {"columns": ["s"], "otherwise": "fine"}, ("fields.status.otherwise", "one_of")),
        ("fields.status", {"columns": ["s"], "words": TWICE}, ("fields.status.words.failed", "said_twice")),
        ("kind", [], ("kind", "missing")),
        ("kind", [{"constant": "gift"}], ("kind.0.constant", "one_of")),
        ("kind", [{"columns": ["x"]}], ("kind.0", "columns_and_question")),
        ("kind", "payment", ("kind", "list")),
        ("by_kind", {"gift": {}}, ("by_kind.gift", "one_of")),
        ("by_kind", {"refund": {"amount": {"columns": ["x"]}}}, ("by_kind.refund.amount", "unknown")),
        ("encoding", "latin-1", ("encoding", "one_of")),
        ("delimiter", "x", ("delimiter", "one_of")),
        ("skip", "Tổng", ("skip", "list")),
        ("wat", 1, ("wat", "unknown")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_profile_is_told_by_its_place(place, value, problem):
    with pytest.raises(SpecInvalid) as told:
        read_spec(changed(place, value))
    assert problem in told.value.problems


@pytest.mark.parametrize("raw", [None, [], "x", {"fields": []}, {"fields": {"amount": 3}}, {"kind": [3]}])
def test_what_is_no_profile_at_all_is_refused_without_falling_over(raw):
    with pytest.raises(SpecInvalid):
        read_spec(raw)
