"""Counts terms with `chinese_calendar`: reads "YYYY-MM-DD n" lines, prints one JSON object.

`find_workday(n, d)` begins on the first working day at or after `d`. The Civil Code counts from the day after the event, so a
term that begins on a rest day asks for one day less. Only the counting is timed.
"""

import datetime
import json
import sys
import time

from chinese_calendar import find_workday, is_workday

terms = []
for line in sys.stdin:
    date, amount = line.split()
    terms.append((datetime.date.fromisoformat(date), int(amount)))

start = time.perf_counter()
ends = [find_workday(amount if is_workday(date) else amount - 1, date) for date, amount in terms]
seconds = time.perf_counter() - start

print(json.dumps({"seconds": seconds, "ends": [end.isoformat() for end in ends]}))
