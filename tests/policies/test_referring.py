"""Looking up what refers to a resource finds what asking every resource finds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.graph import Graph, Resource
from policies.verdict import UNKNOWN

BUCKET, VERSIONING = "aws:s3/bucket:Bucket", "aws:s3/bucketVersioning:BucketVersioning"
NAMES = ("a", "b", "c", "")

buckets = st.lists(st.sampled_from([*NAMES, None, UNKNOWN]), max_size=4)
versionings = st.lists(
    st.tuples(
        st.sampled_from([*NAMES, None, 7, UNKNOWN, ["a", UNKNOWN]]),
        st.lists(st.integers(0, 3), max_size=2),
        st.sampled_from(["bucket", "buckets[]"]),
    ),
    max_size=6,
)


def graph(of: list[Any], on: list[Any]) -> Graph:
    resources = [
        Resource(urn=f"urn:bucket:{n}", type=BUCKET, name=f"b{n}", props={"bucket": value} if value is not None else {})
        for n, value in enumerate(of)
    ]
    for number, (value, sources, path) in enumerate(on):
        top = path.removesuffix("[]")
        shown = value if path == "bucket" or isinstance(value, list) else [value]
        resources.append(
            Resource(
                urn=f"urn:versioning:{number}",
                type=VERSIONING,
                name=f"v{number}",
                props={} if value is None else {top: shown},
                property_dependencies={top: tuple(f"urn:bucket:{source}" for source in sources)},
            )
        )
    return Graph(resources)


@given(buckets, versionings)
def test_the_index_agrees_with_asking_everyone(of: list[Any], on: list[Any]) -> None:
    made = graph(of, on)
    for path in ("bucket", "buckets[]"):
        for target in made.of(BUCKET):
            asked = [(one.urn, made.refers(one, path, target)) for one in made.of(VERSIONING)]
            sure, maybe = made.referring(target, [VERSIONING], path)
            assert [one.urn for one in sure] == [urn for urn, answer in asked if answer]
            assert [one.urn for one in maybe] == [urn for urn, answer in asked if answer is None]
