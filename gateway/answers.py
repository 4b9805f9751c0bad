"""Errors as JSON that says what is wrong and what to do, and never a stack trace."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response


class Problem(Exception):
    """Ends a request with a status, a code a program can read and a sentence a person can."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}
        super().__init__(code)

    def response(self) -> Response:
        body = {"error": {"code": self.code, "message": self.message}}
        return JSONResponse(body, self.status, {"Cache-Control": "no-store", **self.headers})


def install(app: FastAPI) -> None:
    """Every way a request can fail, answered the same."""

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        where = sorted({".".join(str(part) for part in each["loc"]) for each in error.errors()})
        return Problem(422, "invalid", f"These fields are missing or wrong: {', '.join(where)}.").response()

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "refused")
        return Problem(error.status_code, code, str(error.detail), dict(error.headers or {})).response()
