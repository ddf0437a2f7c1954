"""Prints what the models of pricing/ cost under thousands of conditions, by readers that share nothing with the Swift one.

    python3 Tests/MeteringTests/Fixtures/price_resolutions.py [--reference READER.py] [--prices FOLDER] [FILE ...]

Each line has a file's name, an id, an instant, the tokens of the prompt, a context (`key=value,...` or `-`), the model that
the id means and pico-dollars for one unit of each meter, with tabs between. The reader is
Tests/EndToEnd/reference/pricing.py. With --reference a third reader has to agree, which knows no aliases and no
`except_dates`: what depends on them is left to the second.
"""

import argparse
import datetime
import importlib.util
import json
import math
import pathlib
import random
import sys

FIXTURES = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FIXTURES.parents[1] / "EndToEnd"))
from reference import pricing  # noqa: E402

UTC = datetime.timezone.utc
OTHER_CONTEXTS = [{}, {"service_tier": "default"}, {"processing": "batch", "service_tier": "default"}, {"geo": "us"}]
CONDITIONS_MAX = 40


def instant(text):
    found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def entries(model):
    return [entry for period in model["prices"] for entry in [period, *period.get("adjust", [])]]


def instants(model, aliases):
    """Some years, and every instant at which something changes with the moment before it; for hours and days, a week."""
    chosen = [datetime.datetime(2023, 5, 1, tzinfo=UTC), datetime.datetime(2026, 11, 23, 6, tzinfo=UTC)]
    chosen.append(datetime.datetime(2027, 3, 1, tzinfo=UTC))
    for entry in entries(model) + aliases:
        for key in {"from", "to", "to_date"} & set(entry):
            if key != "to" or entry not in aliases:
                chosen += [instant(entry[key]), instant(entry[key]) - datetime.timedelta(microseconds=1)]
        if "hours" in entry or "days" in entry:
            start = datetime.datetime(2026, 9, 28, 0, 59, 59, tzinfo=UTC)
            chosen += [
                start + datetime.timedelta(hours=hour, seconds=second) for hour in range(7 * 24) for second in (0, 1)
            ]
    return sorted(set(chosen))


def contexts(model):
    """Every value that the model's conditions name, alone and in pairs, and some that they do not."""
    values = {}
    for entry in entries(model):
        for key, wanted in (entry.get("when") or {}).items():
            named = [wanted] if isinstance(wanted, str) else wanted
            values.setdefault(key, set()).update("anything" if value == "*" else value for value in named)
    single = [{key: value} for key in sorted(values) for value in sorted(values[key])]
    pairs = [one | other for one in single for other in single if set(one) < set(one | other)]
    return OTHER_CONTEXTS + single + pairs


def sizes(model):
    thresholds = {entry.get(key) for entry in entries(model) for key in ("above", "at_least")} - {None}
    return sorted({0, 1000, 1_000_000} | {size for limit in thresholds for size in (limit - 1, limit, limit + 1)})


def conditions(model, aliases, chance):
    is_sized = any({"above", "at_least"} & set(entry) for entry in entries(model))
    kinds = [instants(model, aliases), contexts(model), sizes(model) if is_sized else [0]]
    count = math.prod(map(len, kinds))
    for place in chance.sample(range(count), min(CONDITIONS_MAX, count)):
        chosen = []
        for kind in kinds:
            place, index = divmod(place, len(kind))
            chosen.append(kind[index])
        yield chosen


def spelled(model, strip, chance):
    """Ids by which the model can be asked for."""
    found = []
    for glob in model["match"]:
        tail = chance.choice(["", "-x", "-20250101"]) if glob.endswith("*") else ""
        text = glob.replace("*", tail).replace("####-##-##", "2026-01-31").replace("########", "20260131")
        text = text.replace("#", "7")
        found += [text, text.upper()] + [prefix + text for prefix in strip[:1]]
        if "####-##-##" in glob:
            found.append(glob.replace("####-##-##", "20260131").replace("*", ""))
    return [one for one in dict.fromkeys(found) if one and "\t" not in one]


def third_reader(path):
    if path is None:
        return None
    specification = importlib.util.spec_from_file_location("third_reader", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def check_third(reader, content, path, book, name, at, context, size, model, in_force):
    """The third reader has to say the same, where its format has what decides. Whether it was asked."""
    lowered = {alias["id"] for alias in content.get("aliases", [])}
    if any("except_dates" in entry for entry in entries(model)):
        return False
    found = book.find(name)
    if found is None or found["id"] != model["id"]:
        assert any(name.lower().endswith(one) for one in lowered), f"{path.name}: {name} is {found and found['id']}"
        return False
    theirs = reader.resolve(found, at, context, size)
    mine = {meter: rate / reader.per_of(meter) for meter, rate in in_force.items()}
    assert theirs == mine, f"{path.name}: {name} at {at} {size} {context}: {theirs} is not {mine}"
    return True


def lines(path, reader, chance, compared):
    content = json.loads(path.read_text())
    book = pricing.Book(path)
    theirs = reader.File(path) if reader else None
    ids = content.get("ids") or {}
    every = [(model, []) for model in content["models"]]
    for alias in content.get("aliases", []):
        every.append(({"id": alias["id"], "match": [alias["id"]], "prices": [{"rates": {}}]}, [alias]))
    for model, aliases in every:
        names = spelled(model, ids.get("strip") or [], chance)
        for number, (at, context, size) in enumerate(conditions(model, aliases, chance)):
            name = names[number % len(names)]
            meant = book.model(name, at)
            if meant is None:
                continue
            in_force = pricing.rates(meant, at, context, size)
            if reader and check_third(reader, content, path, theirs, name, at, context, size, meant, in_force):
                compared[path.stem] = compared.get(path.stem, 0) + 1
            units = {meter: rate * pricing.PICO / pricing.units_per_price(meter) for meter, rate in in_force.items()}
            yield [
                path.stem,
                name,
                at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z"),
                str(size),
                ",".join(f"{key}={value}" for key, value in sorted(context.items())) or "-",
                meant["id"],
                " ".join(f"{meter}={rate}" for meter, rate in sorted(units.items())),
            ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--prices", type=pathlib.Path, default=FIXTURES.parents[2] / "pricing")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    chance = random.Random(20261123)
    reader = third_reader(arguments.reference)
    compared = {}
    paths = sorted(path for path in arguments.prices.glob("*.json") if path.stem != "meters")
    for path in paths:
        if not arguments.files or path.stem in arguments.files:
            for line in lines(path, reader, chance, compared):
                print("\t".join(line))
    if reader:
        print(f"{sum(compared.values())} agree with {arguments.reference.name}: {compared}", file=sys.stderr)


if __name__ == "__main__":
    main()
