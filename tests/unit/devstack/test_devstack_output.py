"""What the terminal shows."""

import io

from payments_site.devstack.output import Output


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Gone(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def test_each_line_carries_the_name_of_its_process():
    stream = io.StringIO()
    Output(stream).line("web", "hello")
    assert stream.getvalue() == "web      | hello\n"


def test_colours_only_on_a_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, coloured = io.StringIO(), Terminal()
    Output(plain).line("web", "x")
    Output(coloured).line("web", "x")
    assert "\x1b" not in plain.getvalue()
    assert "\x1b[" in coloured.getvalue()


def test_no_color_is_respected(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    Output(stream).line("web", "x")
    assert "\x1b" not in stream.getvalue()


def test_two_processes_have_two_colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    output = Output(stream)
    output.line("a", "")
    output.line("b", "")
    first, second = stream.getvalue().splitlines()
    assert first.split("m")[0] != second.split("m")[0]


def test_quiet_keeps_lines_without_printing_them():
    stream = io.StringIO()
    output = Output(stream, quiet=True)
    output.line("web", "boom")
    output.say("timeline")
    assert stream.getvalue() == "timeline\n"
    assert output.last_lines("web") == "  | boom"


def test_only_the_last_lines_are_kept():
    output = Output(io.StringIO())
    for number in range(500):
        output.line("web", str(number))
    assert output.last_lines("web", 2) == "  | 498\n  | 499"


def test_a_reader_that_went_away_stops_nothing():
    output = Output(Gone())
    output.line("web", "x")
    output.say("y")
    assert output.last_lines("web") == "  | x"
