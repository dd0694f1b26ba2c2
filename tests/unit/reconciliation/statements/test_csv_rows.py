"""Lines to rows: quotation marks that hold line ends, that stand for themselves, and that somebody forgot to close."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.statements.csv_rows import careful_rows, plain_rows

CELLS = st.text(alphabet='ab1,;"\n ', max_size=8)
TABLES = st.integers(min_value=2, max_value=4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def carefully(text, width, delimiter=","):
    rows, rest = careful_rows(text.split("\n"), 1, delimiter, lambda cells: len(cells) == width, last=True)
    assert rest == []
    return rows


@given(table=TABLES, delimiter=st.sampled_from([",", ";"]))
def test_what_a_writer_of_csv_wrote_reads_back(table, delimiter):
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    rows = carefully(written.getvalue().removesuffix("\n"), len(table[0]), delimiter)
    assert [row.cells for row in rows] == table
    assert not any(row.fault for row in rows)


@given(table=TABLES)
def test_the_fast_way_says_what_the_careful_one_says_or_nothing(table):
    lines = [",".join(row).replace("\n", " ") for row in table]
    fast = plain_rows(lines, ",")
    if fast is not None and not any('"' in line for line in lines):
        assert fast == [row.cells for row in carefully("\n".join(lines), len(table[0]))]


def test_a_row_of_several_lines_is_known_by_its_first():
    rows = carefully('a,1\nb,"2\n2"\nc,3', 2)
    assert [(row.line_no, row.cells) for row in rows] == [(1, ["a", "1"]), (2, ["b", "2\n2"]), (4, ["c", "3"])]


def test_an_open_quotation_mark_costs_its_own_line_only():
    rows = carefully('a,1\nb,"2\nc,3\nd,4', 2)
    assert [(row.line_no, row.fault) for row in rows] == [(1, ""), (2, "quote"), (3, ""), (4, "")]


def test_an_open_quotation_mark_does_not_swallow_the_rows_up_to_the_next_one():
    rows = carefully('a,"1\nb,2\nc,3\nd,"4\n4"\ne,5', 2)
    assert [row.line_no for row in rows if row.fault] == [1]
    assert [row.cells for row in rows if not row.fault] == [["b", "2"], ["c", "3"], ["d", "4\n4"], ["e", "5"]]


def test_a_quotation_mark_inside_a_text_is_one():
    assert [row.cells for row in carefully('5" ống,1\nb,2', 2)] == [['5" ống', "1"], ["b", "2"]]


def test_what_may_go_on_in_the_next_block_is_left_for_it():
    rows, rest = careful_rows(["a,1", 'b,"2'], 1, ",", lambda cells: len(cells) == 2, last=False)
    assert [row.cells for row in rows] == [["a", "1"]]
    assert rest == ['b,"2']
