"""The pages of `kdoctor explain CODE` and `kdoctor knowledge show NAME`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kdoctor.cli import main
from kdoctor.cli.explain import explain
from kdoctor.cli.knowledge import knowledge
from kdoctor.knowledge.about import about
from kdoctor.knowledge.catalogue import codes
from kdoctor.knowledge.explanations import text_of
from kdoctor.knowledge.facts import FACTS
from kdoctor.knowledge.families import FAMILY
from kdoctor.knowledge.index import open_index
from kdoctor.model import RulePage, RuleText, ShownRun
from kdoctor.render import page
from kdoctor.render.words import Face

RULE = RuleText("KD999", "some-rule", "Title", "What *is*.", "Why `a*b`.", "Mend <it>.", "Since 1.0.", ("a source",))
RUN = ShownRun(
    "a-run", "2026-01-02", "Python 3.11.7, keras 3.6.0", (("keras", "works"), ("mixed", "works"), ("tensorflow.keras", "Error: x"))
)


def said(*arguments: str) -> str:
    command = {"explain": explain, "knowledge": knowledge}[arguments[0]]
    result = CliRunner().invoke(command, arguments[1:])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("code", codes())
def test_every_rule_says_since_when_and_from_where(code: str) -> None:
    text = text_of(code)
    assert text.since
    assert text.sources or any(fact.rule == code for fact in FACTS)


def test_a_page_has_its_sections_in_order() -> None:
    output = said("explain", "KD201")
    headings = [line for line in output.splitlines() if line and not line.startswith(" ")]
    assert headings[2:] == [
        "What",
        "Why",
        "Since",
        "Mend",
        "Known to fail",
        "Advice that does not hold",
        "Runs that show it",
        "Runs beyond its borders, where all works",
    ]
    assert "cannot import name 'dtensor'" in output


def test_more_runs_are_shown_on_demand() -> None:
    few, whole = said("explain", "KD201"), said("explain", "KD201", "--all")
    assert "more: --all" in few
    assert "more: --all" not in whole
    assert len(whole) > len(few)


def test_equal_results_of_a_run_are_told_together() -> None:
    assert page.run_lines(RUN)[2:] == ("keras, mixed: works", "tensorflow.keras: Error: x")


def test_markdown_carries_no_markup_of_the_words() -> None:
    sections = list(page.sections(RulePage(RULE, failing=(RUN,)), whole=False))
    lines = page.markdown("KD999 some-rule", "Title", sections).splitlines()
    assert lines[0] == "# KD999 some-rule"
    assert r"What \*is\*." in lines
    assert "Why `a*b`." in lines
    assert r"Mend \<it\>." in lines
    assert "## Runs that show it" in lines


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_page_fits_its_width(width: int) -> None:
    sections = list(page.sections(RulePage(RULE, failing=(RUN,)), whole=False))
    assert max(map(len, page.text("KD999 some-rule", "Title", sections, Face(width=width)).splitlines())) <= width


def test_a_distribution_is_shown_with_dates_and_sources() -> None:
    output = said("knowledge", "show", "TF_Keras")
    for expected in ("newest 2.21.0 of 2026-03-18", "2.18.0: tensorflow<2.19,>=2.18", "Known to fail", "Known to work", "Yanked"):
        assert expected in output
    assert "# tf-keras" in said("knowledge", "show", "tf-keras", "--format", "markdown")


def test_an_unknown_distribution_gives_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["knowledge", "show", "tf-kears"])
    assert ended.value.code == 3
    assert capsys.readouterr().err.splitlines() == [
        "kdoctor: kdoctor knows nothing about tf-kears",
        "hint: did you mean tf-keras or keras?",
    ]


@pytest.mark.parametrize("name", sorted(open_index().projects | FAMILY))
def test_something_is_known_about_every_project(name: str) -> None:
    found = about(name)
    assert found.name == name
    assert found.releases or found.folder or found.known_to_fail or name in FAMILY
