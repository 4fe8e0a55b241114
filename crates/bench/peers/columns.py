"""Plain CSV to Parquet with DuckDB: arguments are the CSV file and the Parquet file, prints one JSON object.

The clock and the processor's time cover the COPY alone. Rows that do not fit the sniffed types are dropped, not kept.
"""

import json
import resource
import sys
import time

import duckdb


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


source, target = sys.argv[1:3]
connection = duckdb.connect()
wall, cpu = time.perf_counter(), used()
connection.execute(f"COPY (SELECT * FROM read_csv('{source}', ignore_errors = true)) TO '{target}' (FORMAT parquet)")
wall, cpu = time.perf_counter() - wall, used() - cpu
rows = connection.execute(f"SELECT count(*) FROM '{target}'").fetchone()[0]
types = [str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM '{target}'").fetchall()]
print(json.dumps({"wall": wall, "cpu": cpu, "rows": rows, "types": types}))
