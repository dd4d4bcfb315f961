"""The helpers of templates, each by an example."""

import pytest

from chalicelib.templates import TemplateError, render

DATA = {
    "text": "Hello World",
    "words": ["a", "b", "c"],
    "map": {"k": "v", "n": None, "é": [1]},
    "five": 5,
    "five_text": "5",
    "zero": 0,
    "blank": "",
    "when": 1733126400,
    "html": "<p>Disk <b>full</b> 3 < 4</p> <scr<b>ipt>x</script>",
    "body": 'see event_url="https://example.com/e/1" now',
}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("eq five 5", "true"),
        ("eq five five_text", "false"),
        ("ne five five_text", "true"),
        ("is five five_text", "true"),
        ("isnt five five_text", "false"),
        ("gt five_text 3", "true"),
        ('lt "a" "b"', "true"),
        ("gte five 5", "true"),
        ("lte five 4", "false"),
        ("lt blank 3", "false"),
        ("and five zero", "false"),
        ("or zero five", "true"),
        ("not zero", "true"),
        ('contains words "b"', "true"),
        ('contains text "World"', "true"),
        ('contains map "k"', "true"),
        ('startsWith "He" text', "true"),
        ('endsWith "He" text', "false"),
        ("uppercase text", "HELLO WORLD"),
        ("lowercase text", "hello world"),
        ('capitalize "abc def"', "Abc def"),
        ('trim "  x "', "x"),
        ('truncate text 7 "..."', "Hell..."),
        ("truncate text 50", "Hello World"),
        ('replace text "l" "L"', "HeLLo WorLd"),
        ('replace text "World"', "Hello "),
        ('replace five "5" "6"', ""),
        ('split "a-b" "-"', "a,b"),
        ("sanitize html", "Disk full 3 &lt; 4 x"),
        ('encodeURI "a b/c&d"', "a%20b%2Fc%26d"),
        ("first words", "a"),
        ("first words 2", "a,b"),
        ("last words", "c"),
        ("last words 2", "b,c"),
        ("itemAt words 1", "b"),
        ("itemAt words -1", "c"),
        ("itemAt words 9", ""),
        ("join words", "a, b, c"),
        ('join words "-"', "a-b-c"),
        ("length words", "3"),
        ("length five", "0"),
        ("add five 1", "6"),
        ("subtract five 0.5", "4.5"),
        ("multiply five 2", "10"),
        ("divide when 1000", "1733126.4"),
        ("divide five 0", ""),
        ("floor 2.7", "2"),
        ("ceil 2.1", "3"),
        ("round -2.5", "-2"),
        ("toFixed 1.2345 2", "1.23"),
        ('default missing "d"', "d"),
        ('default blank "d"', ""),
        ('itemAt (JSONparse "[1,2]") 1', "2"),
        ('JSONparse "{"', ""),
        ('unix-timezone when "America/New_York" "YYYY-MM-DD hh:mm a"', "2024-12-02 03:00 am"),
        ("unix-timezone when", "2024-12-02T08:00:00+00:00"),
        ('unix-timezone "soon" "Etc/UTC" "YYYY"', ""),
    ],
)
def test_a_helper_gives(call: str, text: str) -> None:
    assert render("{{" + call + "}}", DATA) == text


def test_json_is_written_on_one_line_or_indented() -> None:
    assert render("{{{JSONstringify map}}}", DATA) == '{"k":"v","n":null,"é":[1]}'
    assert render("{{{JSONstringify words 2}}}", DATA) == '[\n  "a",\n  "b",\n  "c"\n]'


def test_a_group_of_a_pattern_is_taken_out_of_text() -> None:
    template = """{{#if (regexMatch body 'EVENT_URL="([^"]+)"' 'i')}}{{itemAt (regexMatch body 'event_url="([^"]+)"') 1}}{{/if}}"""
    assert render(template, DATA) == "https://example.com/e/1"
    assert render("{{regexMatch body 'nothing'}}", DATA) == ""


def test_logic_helpers_are_blocks_too() -> None:
    assert render("{{#eq five 5}}y{{else}}n{{/eq}}{{#contains words 'q'}}y{{else}}n{{/contains}}", DATA) == "yn"


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("x\n{{regexMatch text '('}}", "regexMatch: "),
        ("x\n{{unix-timezone when 'Mars/Base' 'YYYY'}}", "unknown time zone"),
        ("x\n{{replace text '' 'x' 'y'}}", "at most 3 arguments"),
        ("x\n{{eq a=1}}", "no hash arguments"),
        ("x\n{{shout text}}", "there is no helper 'shout'"),
        ("x\n{{itemAt (shout) 1}}", "there is no helper 'shout'"),
    ],
)
def test_a_call_that_cannot_be_is_told_with_its_line(template: str, fault: str) -> None:
    with pytest.raises(TemplateError, match=fault) as caught:
        render(template, DATA)
    assert caught.value.line == 2
