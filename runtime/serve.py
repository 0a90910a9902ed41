"""A small server of one model, with the routes of SageMaker (``/ping``, ``/invocations``) and Vertex AI (``/health``,
``/predict``); Azure ML serves MLflow models itself.

Takes JSON (``{"instances": [{…}]}``, a list of rows, one row) and CSV without a header in the order of the card's
features; answers ``{"predictions": […]}``. Request bodies are never logged.
"""

import csv
import io
import json
import os
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pandas

from runtime import captures, model
from runtime.errors import InputError
from runtime.flags import count, flag
from runtime.log import log

MODEL = "/opt/ml/model"
"""Where SageMaker puts the model."""
MAX_BODY_BYTES = 10 * 1024 * 1024
"""More than either service lets through (SageMaker 6 MB)."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Flags of the step."""

    model: str = flag("Folder of the model.", default=MODEL, env="AIP_STORAGE_URI")
    port: int = flag("Port.", default=8080, kind=count, env="AIP_HTTP_PORT")


def run(options: Options) -> None:
    """Load the model, then answer until the container is stopped."""
    loaded = model.load(options.model)
    server = make_server(loaded, options.port)
    log("serving", port=options.port, sha256=loaded.card["sha256"])
    server.serve_forever()


def make_server(loaded: model.Model, port: int, address: str = "") -> ThreadingHTTPServer:
    """The server; all addresses of the container by default."""
    health = {"/ping", "/health", os.environ.get("AIP_HEALTH_ROUTE", "/health")}
    predict = {"/invocations", "/predict", os.environ.get("AIP_PREDICT_ROUTE", "/predict")}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = self.path in health
            self._answer(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND, {"healthy": known})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path not in predict or length > MAX_BODY_BYTES:
                self.close_connection = True  # the body is left unread
                found = self.path in predict
                status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if found else HTTPStatus.NOT_FOUND
                self._answer(status, {"error": status.phrase})
                return
            body = self.rfile.read(length)
            try:
                self._answer(HTTPStatus.OK, answer(loaded, body, self.headers.get("Content-Type", "")))
            except InputError as error:
                self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error)})
            except Exception as error:
                log("prediction failed", severity="ERROR", kind=type(error).__name__)
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "prediction failed"})

        def _answer(self, status: HTTPStatus, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing for each request: health checks come every few seconds, and the cloud counts requests."""

    return ThreadingHTTPServer((address, port), Handler)


def answer(loaded: model.Model, body: bytes, content_type: str) -> dict[str, Any]:
    """Predictions for a request.

    Raises:
        InputError: where the body is not understood.
    """
    names = list(loaded.features)
    try:
        text = body.decode()
        if content_type.startswith("text/csv"):
            content: Any = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text)) if row]
        else:
            content = json.loads(text)
        rows = captures.rows(content, names)
    except (ValueError, captures.Unreadable) as error:
        raise InputError(
            f'expected JSON ({{"instances": [{{…}}]}}) or CSV without a header, columns: {", ".join(names)}'
        ) from error
    if not rows:
        return {"predictions": []}
    predicted = loaded.predict(pandas.DataFrame(rows))
    return {"predictions": [each.item() if hasattr(each, "item") else each for each in predicted]}
