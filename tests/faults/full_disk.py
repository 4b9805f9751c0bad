"""`python -m tests.faults.full_disk FOLDER`, in `unshare -Urm`: the database's disk fills, and is freed."""

import subprocess
import sys
from pathlib import Path

from kith.stack import throwaway_stack
from tests.faults.ledger import Ledger, until

SIZE_MB = 64


def main(folder: Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(disk)], check=True)
    extra = {"KITH_DATABASE_URL": f"sqlite:///{disk}/kith.db", "KITH_SPOOL_DIR": str(disk / "spool")}
    with throwaway_stack(extra) as stack:
        ledger = Ledger(stack)
        patient, endangered = ledger.new_patient(), ledger.new_patient()
        ledger.text(patient, "hello")
        ledger.settle()
        fill(disk / "ballast")
        for number in range(40):  # the write-ahead log has some room of its own
            ledger.text(patient, f"my story is long, part {number}. " * 12)
        ledger.text(patient, "my potassium came back 5.4")
        ledger.text(endangered, "crushing chest pain and i can't breathe")
        assert until(lambda: ledger.arrived(endangered), 60), stack.logs()
        (disk / "ballast").unlink()
        ledger.settle()
        assert ledger.compare() == [], ledger.compare()
        assert ledger.results(patient) == ["potassium"]
        assert "database_not_writable" in (stack.settings.var_dir / "log/gateway.log").read_text()


def fill(path: Path) -> None:
    """Until nothing more fits, to the last byte."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


if __name__ == "__main__":
    main(Path(sys.argv[1]))
