"""`python frames.py polars|datacompy ROWS`, in the environment of `frames.txt`: the same comparison in memory; JSON on stdout.

Both read two CSV files (our payments, the provider's lines), join them by the provider's number and compare amount and fee, as
the reconciliation does for a day in which every line has its number. What they leave out is said in the documentation.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

HEAD = "number,reference,amount,fee\n"


def main(which: str, rows: int) -> None:
    """Make both files, compare, tell."""
    with tempfile.TemporaryDirectory() as place:
        ours, theirs = _files(Path(place), rows)
        began = time.monotonic()
        found = _polars(ours, theirs) if which == "polars" else _datacompy(ours, theirs)
        seconds = round(time.monotonic() - began, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stdout.write(json.dumps({"which": which, "rows": rows, "seconds": seconds, "peak_mb": peak, **found}) + "\n")


def _files(place: Path, rows: int) -> tuple[Path, Path]:
    """In each thousand one amount and one fee differ, and one number is another."""
    ours, theirs = place / "ours.csv", place / "theirs.csv"
    with ours.open("w") as left, theirs.open("w") as right:
        left.write(HEAD)
        right.write(HEAD)
        for i in range(1, rows + 1):
            amount = 10_000 + i * 7_919 % 500_000
            before = (amount * 110 + 5_000) // 10_000 + 1_650
            fee = before + (before * 1_000 + 5_000) // 10_000
            left.write(f"{14_000_000 + i},R{i:012x},{amount},{fee}\n")
            odd = i % 1_000
            number = f"X{i}" if odd == 3 else str(14_000_000 + i)
            right.write(f"{number},R{i:012x},{amount + 5_000 * (odd == 1)},{fee + 100 * (odd == 2)}\n")
    return ours, theirs


def _polars(ours: Path, theirs: Path) -> dict[str, int]:
    import polars  # noqa: PLC0415 only the one that is asked for counts

    text = {"number": polars.String, "reference": polars.String}
    left, right = (polars.read_csv(path, schema_overrides=text) for path in (ours, theirs))
    joined = left.join(right, on="number", how="full", suffix="_theirs", coalesce=False)
    both = joined.filter(polars.col("number").is_not_null() & polars.col("number_theirs").is_not_null())
    return {
        "matched": both.height,
        "amounts": both.filter(polars.col("amount") != polars.col("amount_theirs")).height,
        "fees": both.filter(polars.col("fee") != polars.col("fee_theirs")).height,
    }


def _datacompy(ours: Path, theirs: Path) -> dict[str, int]:
    import datacompy  # noqa: PLC0415
    import pandas  # noqa: PLC0415

    left, right = (pandas.read_csv(path, dtype={"number": str, "reference": str}) for path in (ours, theirs))
    compare = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
    found = compare(left, right, join_columns="number")
    stats = {row["column"]: int(row["unequal_cnt"]) for row in found.column_stats}
    return {"matched": len(found.intersect_rows), "amounts": stats["amount"], "fees": stats["fee"]}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
