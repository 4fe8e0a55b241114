"""Reads a Delta table without a line of ours: the argument is the table's folder, prints one JSON object.

Two foreign readers must agree. `deltalake` reads the log; beside it the log is replayed here as the protocol describes it
(https://github.com/delta-io/delta/blob/master/PROTOCOL.md): actions in the order of the versions, the last word about a file
counts. The rows come out of the Parquet files with DuckDB, which knows nothing of Delta.
"""

import json
import pathlib
import sys
import urllib.parse

import deltalake
import duckdb


def replayed(table):
    schema, files = None, set()
    for version in sorted(table.glob("_delta_log/*.json")):
        for line in version.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            if "metaData" in action:
                schema = json.loads(action["metaData"]["schemaString"])
            if "add" in action:
                files.add(urllib.parse.unquote(action["add"]["path"]))
            if "remove" in action:
                files.discard(urllib.parse.unquote(action["remove"]["path"]))
    return schema, files


table = pathlib.Path(sys.argv[1])
schema, files = replayed(table)
foreign = deltalake.DeltaTable(str(table))
found = {pathlib.Path(urllib.parse.unquote(uri)).name for uri in foreign.file_uris()}
assert found == {pathlib.Path(name).name for name in files}, (found, files)
assert json.loads(foreign.schema().to_json())["fields"] == schema["fields"], "the readers see another schema"

connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
names = [str(table / name) for name in sorted(files)]
columns = [field["name"] for field in schema["fields"]]
listed = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in columns)
rows = connection.execute(f"SELECT {listed} FROM read_parquet($1) ORDER BY 1", [names]).fetchall()
types = connection.execute("DESCRIBE SELECT * FROM read_parquet($1)", [names]).fetchall()
print(
    json.dumps(
        {
            "version": foreign.version(),
            "delta": {field["name"]: [field["type"], field["nullable"]] for field in schema["fields"]},
            "parquet": {row[0]: row[1] for row in types},
            "rows": [list(row) for row in rows],
        },
        ensure_ascii=False,
    )
)
