"""Writes the zones and windows that CalendarTests compares with: python3 windows.py [INSTANTS_PER_ZONE [FOLDER]].

Python's zoneinfo says which time clocks show at an instant, nothing else. Where a window begins is found by looking at
one instant after the other, so that this shares no arithmetic with what it tests. The zone files are copied beside the
windows, as a later edition of the database may know better.
"""

import calendar
import datetime
import pathlib
import random
import shutil
import sys
import zoneinfo

ZONES = """UTC Europe/Berlin Europe/London Europe/Dublin Europe/Moscow America/New_York America/Los_Angeles
America/Sao_Paulo America/St_Johns America/Santiago America/Havana America/Nuuk America/Asuncion Asia/Kolkata
Asia/Kathmandu Asia/Tehran Asia/Tokyo Asia/Gaza Asia/Beirut Africa/Casablanca Africa/Cairo Australia/Lord_Howe
Pacific/Apia Pacific/Auckland""".split()
DAY = 86_400
FIRST, LAST = 0, calendar.timegm((2100, 1, 1, 0, 0, 0))
EPOCH = datetime.datetime(1970, 1, 1)


class Clock:
    """What clocks of a zone show, as seconds since 1970 as if they were UTC."""

    def __init__(self, name):
        self.zone = zoneinfo.ZoneInfo(name)
        self.starts = {}

    def offset(self, instant):
        moment = datetime.datetime.fromtimestamp(instant, datetime.timezone.utc).astimezone(self.zone)
        return int(moment.utcoffset().total_seconds())

    def shown(self, instant):
        return instant + self.offset(instant)

    def start(self, day):
        """The first instant at which clocks show that day or a later one."""
        if day not in self.starts:
            instant = day * DAY - 30 * 3600
            while self.shown(instant) < day * DAY:
                instant += 60
            while self.shown(instant - 1) >= day * DAY:
                instant -= 1
            self.starts[day] = instant
        return self.starts[day]

    def day(self, instant):
        day = self.shown(instant) // DAY
        while self.start(day + 1) <= instant:
            day += 1
        return day

    def hour(self, instant):
        """The instants around with the same hour shown and the same offset."""

        def same(other):
            return self.shown(other) // 3600 == self.shown(instant) // 3600 and self.offset(other) == self.offset(instant)

        first = last = instant
        while same(first - 1):
            first -= 1
        while same(last + 1):
            last += 1
        return first, last + 1

    def windows(self, instant):
        day = self.day(instant)
        date = EPOCH.date() + datetime.timedelta(days=day)
        monday = day - date.weekday()
        first = (date.replace(day=1) - EPOCH.date()).days
        following = first + calendar.monthrange(date.year, date.month)[1]
        spans = [(day, day + 1), (monday, monday + 7), (first, following)]
        return [self.hour(instant)] + [(self.start(a), self.start(b)) for a, b in spans]

    def changes(self):
        """The instants from 1970 to 2100 from which another offset is in force, as far as a look each half day finds them."""
        found = []
        offset = self.offset(FIRST)
        for instant in range(FIRST, LAST, DAY // 2):
            following = self.offset(instant + DAY // 2)
            if following == offset:
                continue
            low, high = instant, instant + DAY // 2
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self.offset(middle) == offset else (low, middle)
            found.append(high)
            offset = following
        return found


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parent
    (folder / "zones").mkdir(parents=True, exist_ok=True)
    source = random.Random(4)
    lines = ["# zone, instant, then start and end of its hour, day, week and month; all in seconds since 1970"]
    for name in ZONES:
        shutil.copy(f"/usr/share/zoneinfo/{name}", folder / "zones" / name.replace("/", "~"))
        clock = Clock(name)
        changes = clock.changes() or [FIRST]
        near = [source.choice(changes) + source.choice([-1, 0, 1, -1800, 1800, -5400, 5400]) for _ in range(count)]
        anywhere = [source.randrange(FIRST, LAST) for _ in range(count // 2)]
        for instant in near + anywhere:
            numbers = [instant] + [bound for span in clock.windows(instant) for bound in span]
            lines.append(" ".join([name] + [str(number) for number in numbers]))
    (folder / "windows.txt").write_text("\n".join(lines) + "\n")


main()
