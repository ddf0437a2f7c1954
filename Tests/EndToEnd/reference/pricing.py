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
_BOTH_DIRECTIONS = {"in.audio.time": "audio.time", "out.audio.time": "audio.time"}
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


def _unit(meter: str) -> str:
    """Meters of one unit price the same things; every other kind of meter is a unit of its own."""
    if is_token_meter(meter):
        return "tokens"
    return "seconds" if meter.endswith(".time") else "pages" if meter.startswith("in.pages") else meter


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
        self._exact: dict[str, dict] = {}
        self._patterns = []
        for entry in self.content["models"]:
            excluded = [_compiled(pattern) for pattern in entry.get("not") or []]
            for pattern in entry["match"]:
                if "*" in pattern or "#" in pattern:
                    literal = len(pattern.replace("*", ""))
                    self._patterns.append((literal, _compiled(pattern), excluded, entry))
                else:
                    self._exact.setdefault(pattern, entry)

    def model(self, name: str, at: datetime) -> dict | None:
        """The entry for a model's name, in each of its spellings: an alias in force, an exact match, the most literal pattern."""
        spellings = self.content.get("ids") or {}
        if spellings.get("lowercase", True):
            name = name.lower()
        tries = [name] + [name[len(prefix) :] for prefix in spellings.get("strip") or [] if name.startswith(prefix)]
        if spellings.get("compact_date"):
            date = r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[-:]|$)"
            tries += [spelt for one in tries if (spelt := re.sub(date, r"-\1-\2-\3", one)) != one]
        return next((entry for attempt in tries if (entry := self._find(attempt, at))), None)

    def _find(self, name: str, at: datetime) -> dict | None:
        for alias in self.content.get("aliases") or []:
            if alias["id"] == name and _is_within(alias.get("from"), alias.get("to_date"), at):
                by_id = [entry for entry in self.content["models"] if entry["id"] == alias["to"]]
                return by_id[0] if by_id else self._match(alias["to"])
        return self._match(name)

    def _match(self, name: str) -> dict | None:
        if name in self._exact:
            return self._exact[name]
        best, most = None, -1
        for literal, pattern, excluded, entry in self._patterns:
            if literal > most and pattern.fullmatch(name) and not any(no.fullmatch(name) for no in excluded):
                best, most = entry, literal
        return best


def _compiled(pattern: str) -> re.Pattern:
    return re.compile("".join({"*": ".*", "#": "[0-9]"}.get(one, re.escape(one)) for one in pattern), re.S)


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


def _period(entry: dict, at: datetime) -> dict | None:
    begun = [period for period in entry["prices"] if _is_within(period.get("from"), None, at)]
    return begun[-1] if begun else None


def rates(entry: dict, at: datetime, context: Mapping[str, str], prompt: int) -> dict[str, Fraction]:
    """USD per price unit of every meter, after every adjustment that holds."""
    period = _period(entry, at) or {"rates": {}}
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


def _meter_of(cell: str, in_force: Mapping[str, Fraction]) -> str | None:
    """The longest dotted prefix of the same unit that has a price; for time, at last that of both directions."""
    names = [cell.rsplit(".", cut)[0] for cut in range(cell.count(".") + 1)]
    names = [name for name in names if _unit(name) == _unit(cell)]
    return next((name for name in names + [_BOTH_DIRECTIONS.get(cell)] if name in in_force), None)


def price(book: Book, model: str, at: datetime, context: Mapping[str, str], cells: Mapping[str, Fraction]) -> Price:
    """The price of one model's usage, in the units of the meters (time in seconds).

    The size of a prompt is everything that was read: fresh, cached and written tokens. Storage is never billed by the call.
    """
    entry = book.model(model, at)
    period = _period(entry, at) if entry else None
    if period is None:
        return Price(None, "unpriced", None)
    prompt = sum(count for cell, count in cells.items() if cell.split(".")[0] == "in" and is_token_meter(cell))
    in_force = rates(entry, at, context, prompt)
    used, source = {}, "priced"
    for cell, count in cells.items():
        meter = _meter_of(cell, in_force)
        if count and cell != "cache_storage" and meter is None:
            source = "partial"
        elif count and cell != "cache_storage":
            used[meter] = used.get(meter, 0) + count
    total = Fraction(0)
    for meter, count in used.items():
        billed = max(count, period.get("minimum", {}).get(meter, count))
        billed = min(billed, period.get("maximum", {}).get(meter, billed))
        total += Fraction(billed) * in_force[meter] / units_per_price(meter)
    return Price(round(total * PICO), source, entry["id"])
