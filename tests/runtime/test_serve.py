"""The server, over HTTP."""

import http.client
import json
import threading
from collections.abc import Iterator

import pytest

from runtime import schema, serve, train
from tests.runtime.tables import customers

SCHEMA = schema.Schema(target="churned", keys=("customer_id",), event_time="event_time")
ROW = {"monthly_fee": 90.0, "plan": "basic", "auto_renewal": True}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A running server."""
    server = serve.make_server(train.train(customers(), SCHEMA, seed=1, source="test"), 0, "127.0.0.1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield int(server.server_address[1])
    server.shutdown()


def ask(
    port: int, method: str, path: str, body: str = "", content_type: str = "application/json"
) -> tuple[int, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body.encode(), {"Content-Type": content_type})
    response = connection.getresponse()
    content = json.loads(response.read())
    connection.close()
    return response.status, content


@pytest.mark.parametrize("path", ["/ping", "/health"])
def test_it_is_healthy(port: int, path: str) -> None:
    assert ask(port, "GET", path) == (200, {"healthy": True})


@pytest.mark.parametrize("path", ["/invocations", "/predict"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps({"instances": [ROW]}), "application/json"),
        (json.dumps([ROW]), "application/json"),
        (json.dumps(ROW), "application/json"),
        (json.dumps([[90.0, "basic", 1]]), "application/json; charset=utf-8"),
        ("90.0,basic,1\n", "text/csv"),
    ],
)
def test_every_form_gets_the_same_answer(port: int, path: str, body: str, content_type: str) -> None:
    assert ask(port, "POST", path, body, content_type) == (200, {"predictions": ["1"]})


def test_no_rows_are_no_predictions(port: int) -> None:
    assert ask(port, "POST", "/predict", '{"instances": []}') == (200, {"predictions": []})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "expected JSON"),
        ("3", "expected JSON"),
        ("[[1]]", "columns: monthly_fee, plan, auto_renewal"),
        ('{"instances": [{"plan": "pro"}]}', "columns that are not there: monthly_fee, auto_renewal"),
    ],
)
def test_a_wrong_request_is_told_why(port: int, body: str, message: str) -> None:
    status, content = ask(port, "POST", "/predict", body)
    assert status == 400
    assert message in str(content)


def test_other_paths_are_not_there(port: int) -> None:
    assert ask(port, "GET", "/")[0] == 404
    assert ask(port, "POST", "/", "{}")[0] == 404


def test_a_body_that_is_too_large_is_not_read(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "MAX_BODY_BYTES", 5)
    assert ask(port, "POST", "/predict", json.dumps(ROW))[0] == 413
