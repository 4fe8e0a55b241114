"""Appends and proves with `pymerkle`: arguments are the database file and four counts, prints one JSON object.

Leaves are the same 200 bytes as on the other side, so that the root must be the same. Only the library's calls are timed.
"""

import json
import random
import sys
import time

from pymerkle import InmemoryTree, SqliteTree

database, leaves, batch, singles, proofs = sys.argv[1], *map(int, sys.argv[2:6])
entries = [b"%0200d" % index for index in range(leaves)]
out = {}


def timed(name, count, work):
    start = time.perf_counter()
    result = work()
    out[name] = count / (time.perf_counter() - start)
    return result


def each(action, items):
    for item in items:
        action(item)


with SqliteTree(database + ".single") as tree:
    timed("sqlite_single", singles, lambda: each(tree.append_entry, entries[:singles]))

with SqliteTree(database) as tree:
    batches = [entries[start:start + batch] for start in range(0, leaves, batch)]
    timed("sqlite_batch", leaves, lambda: each(tree.append_entries, batches))
    few = [random.randint(1, leaves) for _ in range(max(1, proofs // 100))]
    timed("sqlite_proofs", len(few), lambda: each(lambda index: tree.prove_inclusion(index, leaves), few))

tree = InmemoryTree()
timed("memory", leaves, lambda: each(tree.append_entry, entries))
many = [random.randint(1, leaves) for _ in range(proofs)]
each(lambda index: tree.prove_inclusion(index, leaves), many[: proofs // 10])
timed("memory_proofs", proofs, lambda: each(lambda index: tree.prove_inclusion(index, leaves), many))
out["root"] = tree.get_state().hex()
print(json.dumps(out))
