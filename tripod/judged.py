"""What ``tripod check`` has judged: a report and what it is worth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from policies.graph import Resource
from policies.registry import controls
from policies.report import Report, about
from policies.run import Finding
from policies.settings import Settings
from policies.waiver_checks import BUILT_IN
from tripod.console import EXIT_BAD_INPUT, EXIT_OK, EXIT_VIOLATIONS


@dataclass(frozen=True)
class Judged:
    """A report and what it is worth."""

    report: Report
    headline: str
    bad_input: bool = False
    """Something of the subject could not be read; the rest was judged."""

    @property
    def exit_code(self) -> int:
        if self.bad_input:
            return EXIT_BAD_INPUT
        return EXIT_OK if self.report.ok else EXIT_VIOLATIONS


def report_on(
    subject: str, settings: Settings, found: Iterable[Finding], judged: Iterable[Resource], framework: str | None
) -> Report:
    """The report on a graph; about one framework where it is named, with the faults of waivers always."""
    chosen = about(framework, controls())
    ids = {control.id for control in chosen} | set(BUILT_IN)
    known = {type_ for control in controls() for type_ in control.types}
    return Report(
        subject=subject,
        profile=settings.profile,
        findings=[f for f in found if f.control in ids],
        controls=chosen,
        framework=framework,
        not_judged=dict(sorted(Counter(r.type for r in judged if r.type not in known).items())),
    )
