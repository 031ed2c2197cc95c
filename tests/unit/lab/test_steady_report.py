"""What is said of a steady client's records."""

from __future__ import annotations

import pytest

from tests.lab.steady_report import Records, Report

RECORDS: Records = [
    (10.00, 0.01, "pod", ""),
    (10.02, 0.01, "laptop", ""),
    (10.04, 1.00, "", "TimeoutError"),
    (10.06, 0.50, "laptop", ""),
    (10.08, 0.01, "pod", ""),
    (10.10, 0.01, "pod", ""),
]


def test_counts() -> None:
    report = Report(RECORDS, 0.0)
    assert (report.sent, report.failed, report.failures) == (6, 1, {"TimeoutError": 1})
    assert report.answered_by == {"pod": 3, "laptop": 2}
    assert report.slowest_s == 0.5
    assert "6 requests, 1 failed (TimeoutError 1); answered by laptop 2, pod 3" in str(report)


def test_only_what_began_since() -> None:
    report = Report(RECORDS, 10.05)
    assert (report.sent, report.failed) == (3, 0)


def test_gap_is_between_the_ends_of_successes() -> None:
    assert Report(RECORDS, 0.0).longest_gap_s == pytest.approx(0.45)
    assert Report(RECORDS[:1], 0.0).longest_gap_s == 0


def test_first_answer_of_somebody() -> None:
    assert Report(RECORDS, 10.05).first_from_s(["pod"]) == pytest.approx(0.04)
    assert Report(RECORDS, 10.05).first_from_s(["nobody"]) is None


def test_settled_is_after_the_last_that_was_bad() -> None:
    report = Report(RECORDS, 10.0, 0.02)
    assert report.settled_s(["pod"]) == pytest.approx(0.08)
    assert report.settled_s(["pod", "laptop"]) == pytest.approx(0.06)
    assert Report(RECORDS[4:], 10.0).settled_s(["pod"]) == 0


def test_records_may_end_in_any_order() -> None:
    assert Report(RECORDS[::-1], 10.0, 0.02).settled_s(["pod"]) == pytest.approx(0.08)


def test_nothing() -> None:
    report = Report([], 0.0)
    assert (report.sent, report.failed, report.longest_gap_s, report.slowest_s) == (0, 0, 0, 0)
    assert str(report) == "0 requests, 0 failed; answered by nobody; longest gap 0.00 s"
