"""The tests' side: ask for faults, read the ledger."""

from dataclasses import asdict
from typing import get_args

from fastapi import APIRouter
from pydantic import BaseModel, field_validator

from twilio_standin.faults import Fault, FaultKind, Faults, Where
from twilio_standin.messages import Ledger


class FaultRequest(BaseModel):
    """One fault, as `twilio_standin.faults.Fault` has it."""

    kind: FaultKind
    times: int = 1
    where: Where = "create"
    code: int = 30003
    seconds: float = 30.0
    copies: int = 5
    number: str | None = None

    @field_validator("times", "copies")
    @classmethod
    def at_least_once(cls, value: int) -> int:
        if value < 1:
            raise ValueError("must be 1 or more")
        return value


def routes(ledger: Ledger, faults: Faults) -> APIRouter:
    """`/control/…`."""
    router = APIRouter(prefix="/control")

    @router.get("/faults")
    async def waiting() -> dict[str, object]:
        return {"waiting": [asdict(fault) for fault in faults.waiting()], "kinds": get_args(FaultKind)}

    @router.post("/faults", status_code=201)
    async def add(asked: FaultRequest) -> dict[str, object]:
        faults.add(Fault(**asked.model_dump()))
        return {"waiting": len(faults.waiting())}

    @router.delete("/faults")
    async def clear() -> dict[str, object]:
        faults.clear()
        return {"waiting": 0}

    @router.get("/ledger")
    async def read() -> dict[str, object]:
        return {
            "messages": [
                {**message.resource(), "validity_period": message.validity_period} for message in ledger.all()
            ],
            "webhook_failures": ledger.webhook_failures,
        }

    return router
