"""Errors as JSON that says what is wrong and what to do, and never a stack trace."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

NO_STORE = {"Cache-Control": "no-store"}
FHIR_JSON = "application/fhir+json"
FHIR_PATHS = ("/fhir", "/admin/")  # their clients read OperationOutcome
ISSUES = {404: "not-found", 405: "not-supported", 413: "too-long", 422: "invalid", 429: "throttled"}


class Problem(Exception):
    """Ends a request with a status, a code a program can read and a sentence a person can."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}
        super().__init__(code)

    def response(self, path: str = "") -> Response:
        """As the clients of this path read it."""
        if path.startswith(FHIR_PATHS):
            return Outcome(self.status, ISSUES.get(self.status, "exception"), self.message).response()
        body = {"error": {"code": self.code, "message": self.message}}
        return JSONResponse(body, self.status, {**NO_STORE, **self.headers})


class Outcome(Exception):
    """Ends a request with a FHIR OperationOutcome; `code` is of FHIR's IssueType."""

    def __init__(self, status: int, code: str, diagnostics: str, where: str = "") -> None:
        self.status, self.code, self.diagnostics, self.where = status, code, diagnostics, where
        super().__init__(code)

    def response(self) -> Response:
        issue: dict[str, Any] = {"severity": "error", "code": self.code, "diagnostics": self.diagnostics}
        if self.where:
            issue["expression"] = [self.where]
        body = {"resourceType": "OperationOutcome", "issue": [issue]}
        return JSONResponse(body, self.status, NO_STORE, FHIR_JSON)


def install(app: FastAPI) -> None:
    """Every way a request can fail, answered the same."""

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return error.response(request.url.path)

    @app.exception_handler(Outcome)
    async def outcome(request: Request, error: Outcome) -> Response:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        where = sorted({".".join(str(part) for part in each["loc"]) for each in error.errors()})
        words = f"These fields are missing or wrong: {', '.join(where)}."
        return Problem(422, "invalid", words).response(request.url.path)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "refused")
        found = Problem(error.status_code, code, str(error.detail), dict(error.headers or {}))
        return found.response(request.url.path)
