"""Patterns from outside: what is refused before it runs, and how long a text may be."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusmonitor_agent import patterns
from statusmonitor_agent.patterns import PatternError


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "(a+){2,}",
        "(a+){,}",
        "(?:a|a)*",
        "(a|ab)*c",
        "(.|x)+",
        "(a?b?)*",
        "(a{0}b|b)*c",
        "(^b|b)*c",
        "((ab)*)*",
        "(a+)(?#x)+",
        "(?x)(a+) +",
        "(?P<n>a+)+",
        "(?<n>a+)+",
        "(?:(?:x+)y?){30}",
        "a?" * 15 + "a" * 15,
        "(a{1,10}){10}",
        "a{1001}",
        "(" * 40 + ")" * 40,
        ".*" * 11,
    ],
)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern):
    with pytest.raises(PatternError):
        patterns.compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(", ")", "[", "*a", "a{2,1}", "(?<", "\\", "(?(1)a|b)", "x" * 501, "a**"])
def test_a_malformed_pattern_is_refused(pattern):
    with pytest.raises(PatternError):
        patterns.compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^agent", "Agent-7"),
        (r"(\d{1,3}\.){3}\d{1,3}", "at 10.20.30.40"),
        ("https?://", "see HTTP://x"),
        ("(foo|bar)+", "barfoo"),
        ("foo|bar|baz", "a baz"),
        ("error.*timeout", "Error: read timeout"),
        ("[^]]+]", "ab]"),
        ("[)(]+", "))"),
        (r"\(\d+\)", "(5)"),
        ("a+?b", "aab"),
        ("(?i:x)y", "XY"),
        ("(?=ab)a", "ab"),
        (r"(a)\1", "aa"),
        ("a{2}", "aa"),
        ("x{", "x{"),
        ("a{,2}b", "aab"),
        (r"\bok\b", "it is OK."),
    ],
)
def test_useful_patterns_are_run(pattern, text):
    assert patterns.search(pattern, text)


def test_the_more_repetitions_the_shorter_the_text():
    limits = [patterns.compile_pattern(pattern)[1] for pattern in ("abc", "a.*b", "a.*b.*c", "a.*b.*c.*d")]

    assert limits == sorted(limits, reverse=True)
    assert limits[0] == 1_000_000
    assert limits[1] == 10_000
    assert limits[-1] < 300


def test_a_text_too_long_for_its_pattern_is_refused_instead_of_run():
    with pytest.raises(PatternError, match="may be tested on 10000"):
        patterns.search(".*b", "a" * 10_001)


def test_a_wildcard_pattern_full_of_stars_is_still_run_on_long_texts():
    assert not patterns.contains("*a" * 200 + "b", "a" * 100_000)


def test_a_text_over_a_million_characters_is_refused():
    with pytest.raises(PatternError):
        patterns.contains("x", "a" * 1_000_001)


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
@settings(max_examples=300, deadline=None)
@given(st.text("ab()[]{}|*+?,^$\\.123:<P=!#-", max_size=15), st.text("ab1", max_size=20))
def test_any_pattern_is_refused_or_agrees_with_re(pattern, text):
    try:
        found = patterns.search(pattern, text)
    except PatternError:
        return

    if "(?<" not in pattern:
        assert found == (re.search(pattern, text, re.IGNORECASE) is not None)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_text_contains_its_own_parts(before, after):
    escaped = "".join("`" + character for character in after)

    assert patterns.contains(escaped, before + after)
