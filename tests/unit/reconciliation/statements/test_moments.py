"""Dates and times as files write them, read back to the second."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_site.kernel.clock import VIETNAM
from reconciliation.calendars import business_day
from reconciliation.statements.columns import MomentColumn
from reconciliation.statements.faults import Fault
from reconciliation.statements.moments import FormUnknown, forms, read_moment
from reconciliation.statements.spec import FieldSpec

FIRST, DAY_0 = datetime(2002, 1, 1, tzinfo=VIETNAM), datetime(1899, 12, 30, tzinfo=VIETNAM)
MOMENTS = st.integers(min_value=0, max_value=97 * 365 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
LATEST = datetime(2099, 12, 31, tzinfo=UTC)
WRITTEN = (
    "%d/%m/%Y %H:%M:%S",
    "%d-%m-%Y %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S+07:00",
)


@given(moment=MOMENTS, written=st.sampled_from(WRITTEN))
def test_every_usual_form_reads_back(moment, written):
    assert read_moment(moment.strftime(written), forms(())) == moment


@given(moment=MOMENTS)
def test_days_and_hours_without_their_zeros_read_back(moment):
    text = f"{moment.day}/{moment.month}/{moment.year} {moment.hour}:{moment:%M:%S}"
    assert read_moment(text, forms(())) == moment


@given(moment=MOMENTS)
def test_moments_of_the_unix_clock_read_back(moment):
    assert read_moment(str(int(moment.timestamp())), forms(["epoch_s"])) == moment
    assert read_moment(f"{int(moment.timestamp())}000", forms(["epoch_ms"])) == moment


@given(moment=MOMENTS)
def test_the_days_of_a_spreadsheet_read_back_to_the_second(moment):
    since = moment - DAY_0
    serial = f"{since.days}.{since.seconds * 10**10 // 86400:010d}"
    assert abs(read_moment(serial, forms(["excel"])) - moment) <= timedelta(seconds=1)


@given(moment=MOMENTS, cutoff=st.times().map(lambda value: value.replace(microsecond=0)), written=st.sampled_from(WRITTEN))
def test_a_column_says_the_moment_and_its_business_day_whether_it_knows_the_day_already_or_not(moment, cutoff, written):
    column = MomentColumn(FieldSpec(formats=()), cutoff, LATEST)
    noon = moment.replace(hour=12, minute=0, second=0)
    read = column.reader.column([noon.strftime(written), moment.strftime(written), f" {moment.strftime(written)} "])
    for one in read[1:]:
        at, day = one.split("\t")
        assert datetime.fromisoformat(at) == moment
        assert day == business_day(moment, cutoff).isoformat()


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "21/13/2026", "21/11/26", "21/11/2026 25:00:00", "20261131000000", "2026-02-30", "hôm qua", "0", "21.11.2026",
     "21/11/1926 10:00:00", "99999", "2026-11-21 10:00:00 SA"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    assert isinstance(read_moment(text, forms(())), Fault)


def test_what_lies_in_the_future_and_what_is_missing_are_told_apart():
    column = MomentColumn(FieldSpec(), time(0, 0), datetime(2026, 11, 22, tzinfo=UTC))
    read = column.reader.column(["21/11/2026 10:00:00", "21/11/2027 10:00:00", " "])
    assert read == ["2026-11-21T10:00:00+07:00\t2026-11-21", "time_future", "missing"]
    assert [type(one) is Fault for one in read] == [False, True, True]


@pytest.mark.parametrize("name", ["%d/%m", "%d/%m/%Y %p", "DD/MM/YYYY", "%d/%d/%m/%Y"])
def test_a_form_that_nobody_knows_is_refused(name):
    with pytest.raises(FormUnknown):
        forms([name])
