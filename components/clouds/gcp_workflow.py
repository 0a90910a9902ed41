"""Google Cloud Workflows as typed data: steps, calls and a sub-workflow that runs one Vertex AI custom job to its end.

A workflow's source may be JSON (https://cloud.google.com/workflows/docs/reference/syntax); ``${…}`` in a string is an
expression of the workflow, never of Python.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output

Step = dict[str, dict[str, Any]]
"""One named step."""

RUN_JOB = "run_job"
"""Name of the sub-workflow."""
_OAUTH = {"type": "OAuth2"}
_POLL_SECONDS = 60


def assign(name: str, **values: Any) -> Step:
    """Set variables."""
    return {name: {"assign": [{key: value} for key, value in values.items()]}}


def post(name: str, url: Input[str], body: Any, result: str) -> Step:
    """POST JSON as the workflow's service account."""
    return {name: {"call": "http.post", "args": {"url": url, "auth": _OAUTH, "body": body}, "result": result}}


def get(name: str, url: Input[str], result: str, query: Mapping[str, Any] | None = None) -> Step:
    """GET JSON as the workflow's service account."""
    args: dict[str, Any] = {"url": url, "auth": _OAUTH}
    if query:
        args["query"] = dict(query)
    return {name: {"call": "http.get", "args": args, "result": result}}


def call(name: str, target: str, result: str | None = None, **args: Any) -> Step:
    """Call a sub-workflow or a function of the library."""
    body: dict[str, Any] = {"call": target, "args": args}
    if result is not None:
        body["result"] = result
    return {name: body}


def switch(name: str, cases: Sequence[tuple[str, str]], otherwise: str | None = None) -> Step:
    """Go on at the step of the first condition that holds."""
    body: dict[str, Any] = {"switch": [{"condition": condition, "next": target} for condition, target in cases]}
    if otherwise is not None:
        body["next"] = otherwise
    return {name: body}


def fail(name: str, message: str) -> Step:
    """End the execution as failed."""
    return {name: {"raise": message}}


def finish(name: str, value: Any) -> Step:
    """End the (sub-)workflow with a value."""
    return {name: {"return": value}}


def source(main: Sequence[Step], params: Sequence[str], **subworkflows: Any) -> Output[str]:
    """The workflow as JSON with sorted keys; values may be outputs."""
    body: dict[str, Any] = {"main": {"params": list(params), "steps": list(main)}, **subworkflows}
    return Output.json_dumps(body, sort_keys=True)


def run_job(region: str) -> dict[str, Any]:
    """Sub-workflow: create a custom job, wait until it ended, raise unless it succeeded.

    https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.customJobs
    """
    host = f"https://{region}-aiplatform.googleapis.com/v1/"
    return {
        "params": ["parent", "body"],
        "steps": [
            post("create", f'${{"{host}" + parent + "/customJobs"}}', "${body}", "created"),
            call("wait", "sys.sleep", seconds=_POLL_SECONDS),
            get("look", f'${{"{host}" + created.body.name}}', "job"),
            switch(
                "judge",
                [
                    ('${job.body.state == "JOB_STATE_SUCCEEDED"}', "done"),
                    ('${job.body.state in ["JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED"]}', "lost"),
                ],
                otherwise="wait",
            ),
            fail("lost", '${"job " + created.body.name + " ended as " + job.body.state}'),
            finish("done", "${created.body.name}"),
        ],
    }
