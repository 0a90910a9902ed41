"""One judgement in a process of its own: ``python -m benchmarks.judged STATE``.

Prints one JSON line: the seconds that ``policies.run.judge`` took, without reading the file, and the findings by
verdict.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

from policies.registry import controls
from policies.run import judge
from policies.settings import Profile
from policies.state import parse


def main(file: Path) -> None:
    """Judge a state under the profile ``regulated``."""
    chosen = controls()
    resources = parse(file.read_text(), file.name).resources
    begun = time.monotonic()
    findings = judge(chosen, resources, Profile.REGULATED)
    seconds = time.monotonic() - begun
    verdicts = Counter(one.verdict.value for one in findings)
    answer = {"seconds": seconds, "controls": len(chosen), "resources": len(resources), "verdicts": verdicts}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
