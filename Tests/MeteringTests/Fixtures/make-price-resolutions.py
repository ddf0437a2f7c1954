"""Writes price-resolutions.txt: what each model of pricing/ costs under thousands of conditions.

A second, independent reading of the format of pricing/README.md, in exact fractions, against which the Swift reader is
tested. Run it after a price has changed, and look at the difference:

    python3 Tests/MeteringTests/Fixtures/make-price-resolutions.py
"""

import datetime
import json
import pathlib
import random
import re
from fractions import Fraction

FIXTURES = pathlib.Path(__file__).parent
PRICING = FIXTURES.parents[2] / "pricing"
UTC = datetime.timezone.utc
METERS = json.loads((PRICING / "meters.json").read_text())["meters"]
CONTEXTS = [
    {}, {"processing": "batch"}, {"service_tier": "flex"}, {"service_tier": "priority"}, {"service_tier": "fast"},
    {"service_tier": "ultrafast"}, {"service_tier": "default"}, {"geo": "us"}, {"geo": "eu"}, {"speed": "fast"},
    {"endpoint": "decisions"}, {"tool": "web_search_preview"}, {"tool": "web_search"},
    {"service_tier": "flex", "geo": "eu"}, {"service_tier": "priority", "geo": "us"},
    {"processing": "batch", "geo": "us"}, {"processing": "batch", "speed": "fast"}, {"speed": "fast", "geo": "us"},
    {"processing": "batch", "service_tier": "default"}, {"endpoint": "decisions", "geo": "eu"},
]
SIZES = [0, 1, 1000, 100000, 100001, 200000, 200001, 272000, 272001, 1000000]


def instant(text):
    if len(text) == 10:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def pattern(glob):
    return re.compile("".join({"*": ".*", "#": "[0-9]"}.get(letter) or re.escape(letter) for letter in glob), re.S)


def applies(adjustment, now, context, prompt):
    if "from" in adjustment and now < instant(adjustment["from"]):
        return False
    if "to" in adjustment and now >= instant(adjustment["to"]):
        return False
    if prompt <= adjustment.get("above", -1) or prompt < adjustment.get("at_least", 0):
        return False
    for key, wanted in adjustment.get("when", {}).items():
        value = context.get(key)
        if value is None or (wanted != "*" and value not in ([wanted] if isinstance(wanted, str) else wanted)):
            return False
    return True


def rates(model, now, context, prompt):
    """Pico-dollars for one unit of each meter that has a price."""
    period = [p for p in model["prices"] if "from" not in p or instant(p["from"]) <= now][-1]
    prices = {meter: Fraction(price) for meter, price in period["rates"].items()}
    for adjustment in period.get("adjust", []):
        if not applies(adjustment, now, context, prompt):
            continue
        prices.update({meter: Fraction(price) for meter, price in adjustment.get("rates", {}).items()})
        for name, factor in adjustment.get("times", {}).items():
            for meter in prices:
                is_token = name == "tokens" and METERS[meter]["unit"] == "tokens"
                if is_token or meter == name or (name[-1] == "*" and meter.startswith(name[:-1])):
                    prices[meter] *= Fraction(factor)
    return {meter: price * 10**12 / METERS[meter]["per"] for meter, price in sorted(prices.items())}


class Finder:
    """Finds the model of an id; without aliases, whose names the fixtures do not use."""

    def __init__(self, file):
        self.file = file
        self.globs = [(model, glob) for model in file["models"] for glob in model["match"]]

    def of_spelling(self, spelling):
        for model, glob in self.globs:
            if glob == spelling:
                return model
        matching = [(len(glob.replace("*", "")), model) for model, glob in self.globs if pattern(glob).fullmatch(spelling)
                    and not any(pattern(no).fullmatch(spelling) for no in model.get("not", []))]
        return max(matching, key=lambda found: found[0])[1] if matching else None

    def find(self, reference):
        reference = reference.lower()
        spellings = [reference] + [reference[len(p):] for p in self.file["ids"]["strip"] if reference.startswith(p)]
        date = r"-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)"
        spellings += [re.sub(date, r"-\1-\2-\3", spelling) for spelling in spellings]
        return next(filter(None, map(self.of_spelling, spellings)), None)


def references(model, provider, finder, chance):
    """Ids by which the model can be asked for."""
    found = []
    for glob in model["match"]:
        tail = chance.choice(["", "-x", "-20250101"]) if glob.endswith("*") else ""
        spelled = glob.replace("*", tail).replace("####-##-##", "2026-01-31").replace("########", "20260131")
        spelled = spelled.replace("#", "7")
        found += [spelled, spelled.upper(), provider + "/" + spelled]
        if "####-##-##" in glob:
            found.append(glob.replace("####-##-##", "20260131"))
    return [reference for reference in dict.fromkeys(found) if finder.find(reference) is model]


def instants(model):
    """Some years, and every instant at which a price changes with the moment before it."""
    chosen = [datetime.datetime(2023, 5, 1, tzinfo=UTC), datetime.datetime(2026, 11, 23, 6, tzinfo=UTC),
              datetime.datetime(2027, 3, 1, tzinfo=UTC)]
    for period in model["prices"]:
        for entry in [period] + period.get("adjust", []):
            for key in {"from", "to"} & set(entry):
                chosen += [instant(entry[key]), instant(entry[key]) - datetime.timedelta(microseconds=1)]
    return sorted(set(chosen))


def conditions(model, chance):
    """Up to 60 conditions that the model's prices look at, and a few that they do not."""
    adjustments = [adjustment for period in model["prices"] for adjustment in period.get("adjust", [])]
    keys = {key for adjustment in adjustments for key in adjustment.get("when", {})}
    is_sized = any({"above", "at_least"} & set(adjustment) for adjustment in adjustments)
    every = [(now, context, size) for now in instants(model) for context in CONTEXTS for size in SIZES]
    heeded = [c for c in every if set(c[1]) <= keys and (is_sized or c[2] == 0)]
    others = [c for c in every if c not in heeded]
    return chance.sample(heeded, min(60, len(heeded))) + chance.sample(others, min(4, len(others)))


def main():
    chance = random.Random(20261123)
    groups = {}
    for provider in ["anthropic", "openai"]:
        finder = Finder(json.loads((PRICING / f"{provider}.json").read_text()))
        for model in finder.file["models"]:
            ids = references(model, provider, finder, chance)
            for number, (now, context, size) in enumerate(conditions(model, chance)):
                price = " ".join(f"{meter}={rate}" for meter, rate in rates(model, now, context, size).items())
                said = ",".join(f"{key}={value}" for key, value in sorted(context.items())) or "-"
                when = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z")
                groups.setdefault((provider, model["id"], price), []).append(
                    f"{ids[number % len(ids)]} {when} {size} {said}")
    lines = ["# Written by make-price-resolutions.py. After \"=\": provider, model and pico-dollars for one unit of each",
             "# meter; then the ids, instants, prompt sizes and contexts that have just these prices."]
    for (provider, model, price), rows in sorted(groups.items()):
        lines += [f"= {provider} {model} {price}"] + sorted(set(rows))
    (FIXTURES / "price-resolutions.txt").write_text("\n".join(lines) + "\n")
    print(sum(not line.startswith(("=", "#")) for line in lines), "resolutions")


if __name__ == "__main__":
    main()
