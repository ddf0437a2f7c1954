"""A reader of `pricing/*.json` of its own, in exact fractions, to be compared with what Tollgate charges.

It follows `pricing/README.md` and shares nothing with the Swift reader: where the two differ, one of them is wrong.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

PICO = 10**12

_PER_THOUSAND = {
    "web_search",
    "maps_search",
    "file_search",
    "social_search",
    "code_execution",
    "rerank",
    "request",
    "in.messages",
    "in.pages",
    "in.pages.annotated",
}
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def is_token_meter(meter: str) -> bool:
    return meter.split(".")[0] in ("in", "out") and units_per_price(meter) == 10**6 and not meter.endswith("chars")


def units_per_price(meter: str) -> int:
    """How many units a price of the book is for."""
    if meter.endswith(".time"):
        return 3600
    if meter in _PER_THOUSAND:
        return 1000
    if meter in ("container", "out.images", "in.images"):
        return 1
    return 10**9 if meter == "in.pixels" else 10**6


@dataclass
class Price:
    """What a call costs in pico-dollars; None where the model is unknown."""

    pico_usd: int | None
    source: str
    priced_as: str | None


class Book:
    """The price book of one provider."""

    def __init__(self, path: Path):
        self.content = json.loads(path.read_text())

    def model(self, name: str, at: datetime) -> dict | None:
        """The entry for a model's name: an alias in force, an exact match, the most literal pattern; then in other spellings."""
        spellings = self.content.get("ids") or {}
        if spellings.get("lowercase"):
            name = name.lower()
        for alias in self.content.get("aliases") or []:
            if alias["id"] == name and _is_within(alias.get("from"), alias.get("to_date"), at):
                name = alias["to"]
        stripped = [name[len(prefix) :] for prefix in spellings.get("strip") or [] if name.startswith(prefix)]
        spelt_out = re.sub(r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[-:]|$)", r"-\1-\2-\3", name)
        tries = [name, *stripped] + ([spelt_out] if spellings.get("compact_date") else [])
        return next((entry for attempt in tries if (entry := self._match(attempt))), None)

    def _match(self, name: str) -> dict | None:
        best, literal = None, -1
        for entry in self.content["models"]:
            if any(_matches(pattern, name) for pattern in entry.get("not") or []):
                continue
            for pattern in entry["match"]:
                if pattern == name:
                    return entry
                if _matches(pattern, name) and len(pattern.replace("*", "")) > literal:
                    best, literal = entry, len(pattern.replace("*", ""))
        return best


def _matches(pattern: str, name: str) -> bool:
    expression = "".join({"*": ".*", "#": "[0-9]"}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, name) is not None


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _is_within(start: str | None, end: str | None, at: datetime) -> bool:
    return (start is None or _instant(start) <= at) and (end is None or at < _instant(end))


def _holds(adjustment: dict, at: datetime, context: Mapping[str, str], prompt: int) -> bool:
    if not _is_within(adjustment.get("from"), adjustment.get("to"), at):
        return False
    if "above" in adjustment and prompt <= adjustment["above"]:
        return False
    if "at_least" in adjustment and prompt < adjustment["at_least"]:
        return False
    for key, wanted in (adjustment.get("when") or {}).items():
        value = context.get(key)
        if value is None or (wanted != "*" and value not in (wanted if isinstance(wanted, list) else [wanted])):
            return False
    return _holds_by_clock(adjustment, at)


def _holds_by_clock(adjustment: dict, at: datetime) -> bool:
    if not adjustment.keys() & {"hours", "days", "except_dates"}:
        return True
    zone = adjustment.get("zone", "+00:00")
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    local = at.astimezone(timezone(offset))
    if "days" in adjustment and _DAYS[local.weekday()] not in adjustment["days"]:
        return False
    if local.date().isoformat() in (adjustment.get("except_dates") or []):
        return False
    if "hours" not in adjustment:
        return True
    now = local.strftime("%H:%M")
    spans = [span.split("-") for span in adjustment["hours"]]
    return any(start <= now < end if start < end else now >= start or now < end for start, end in spans)


def rates(entry: dict, at: datetime, context: Mapping[str, str], prompt: int) -> dict[str, Fraction]:
    """USD per price unit of every meter, after every adjustment that holds."""
    period = [period for period in entry["prices"] if _is_within(period.get("from"), None, at)][-1]
    found = {meter: Fraction(price) for meter, price in period["rates"].items()}
    for adjustment in period.get("adjust") or []:
        if not _holds(adjustment, at, context, prompt):
            continue
        found |= {meter: Fraction(price) for meter, price in (adjustment.get("rates") or {}).items()}
        for meters, factor in (adjustment.get("times") or {}).items():
            for meter in found:
                is_meant = meter == meters or (meters == "tokens" and is_token_meter(meter))
                if is_meant or (meters.endswith("*") and meter.startswith(meters[:-1])):
                    found[meter] *= Fraction(factor)
    return found


def price(book: Book, model: str, at: datetime, context: Mapping[str, str], cells: Mapping[str, int]) -> Price:
    """The price of one model's usage. The size of a prompt is everything that was read: fresh, cached and written."""
    entry = book.model(model, at)
    if entry is None:
        return Price(None, "unpriced", None)
    # A whole model, rather than an allowance of one of its meters.
    if entry.get("free") is True:
        return Price(0, "free", entry["id"])
    prompt = sum(count for cell, count in cells.items() if cell.split(".")[0] == "in")
    in_force = rates(entry, at, context, prompt)
    total, source = Fraction(0), "priced"
    for cell, count in cells.items():
        meter = cell
        while meter and meter not in in_force:
            meter = meter.rpartition(".")[0]
        if meter:
            total += count * in_force[meter] / units_per_price(meter)
        # What is stored is billed by the hour, not by the call.
        elif count and cell != "cache_storage":
            source = "partial"
    return Price(round(total * PICO), source, entry["id"])
