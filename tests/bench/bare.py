"""A bare Flask view that runs the same SQL as pages of the service, and answers with what it read.

`create_app` reads from the file BARE_STATEMENTS what each page asked: the pickle of `{path: [(statement, parameters), …]}`, in
the words of the database's own driver.
"""

import os
import pickle
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import Engine

from registry.kernel.store import make_engine


def create_app() -> Flask:
    asked: dict[str, list[tuple[str, Any]]] = pickle.loads(Path(os.environ["BARE_STATEMENTS"]).read_bytes())
    engine = make_engine(os.environ["DATABASE_URL"])
    app = Flask(__name__)

    @app.get("/<path:_path>")
    def view(_path: str) -> Response:
        read = _read(engine, asked[request.full_path.removesuffix("?")])
        return Response(repr(read), content_type="text/plain")

    return app


def _read(engine: Engine, statements: list[tuple[str, Any]]) -> list[Any]:
    with engine.connect() as connection:
        raw = connection.connection.cursor()
        found = []
        for statement, parameters in statements:
            raw.execute(statement, parameters)
            found.append(raw.fetchall())
        raw.close()
    return found
