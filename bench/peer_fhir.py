"""Validators of FHIR over resources that Remit wrote: run in an environment of its own.

    python peer_fhir.py FOLDER

FOLDER holds files of R4, and those of R5 in `r5`. It needs fhir.resources 8.3.0, which checks R4B
and R5, and beside its `bin` the folder `node_modules`
with the package `fhir` 4.12.0, which checks R4 (4.0.1) by HL7's own definitions. It prints JSON:
for each version how many files are valid, and what is wrong with the others. Each file is checked
as a whole, and once more after a spoiling that no validator may pass.
"""

# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_ENVIRONMENT = Path(sys.executable).absolute().parents[1]
# A language of its own is what `Expression.language` is extensible for.
_R4 = """
const {Fhir} = require(process.argv[1]); const fs = require('fs'); const checker = new Fhir();
const found = {};
for (const file of process.argv.slice(2)) {
  const page = JSON.parse(fs.readFileSync(file));
  const pages = [page, ...(page.entry || []).map(one => one.resource)];
  found[file] = pages.flatMap(one => checker.validate(one, {errorOnUnexpected: true}).messages)
    .filter(one => one.severity == 'error' || one.severity == 'fatal')
    .map(one => `${one.location}: ${one.message}`);
}
console.log(JSON.stringify(found));
"""
Faults = dict[str, list[str]]


def by_r4(files: list[Path]) -> Faults:
    package = _ENVIRONMENT / "node_modules" / "fhir"
    words = ["node", "-e", _R4, str(package), *map(str, files)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: Faults = json.loads(done.stdout)
    return found


def by_models(read: Callable[[str], object], files: list[Path]) -> Faults:
    found: Faults = {}
    for file in files:
        try:
            read(file.read_text(encoding="utf-8"))
        except ValueError as error:
            found[str(file)] = [line for line in str(error).splitlines() if line.strip()][:6]
        else:
            found[str(file)] = []
    return found


def written_and_spoiled(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files of a folder, and each once more with what no version allows."""
    files = sorted(folder.glob("*.json"))
    spoiled = folder / "spoiled"
    spoiled.mkdir()
    wrong = []
    for file in files:
        page = json.loads(file.read_text(encoding="utf-8"))
        page["entry"][1]["resource"]["type"] = {"no": "code"}
        page["entry"][0]["resource"]["unheard"] = 1
        wrong.append(spoiled / file.name)
        wrong[-1].write_text(json.dumps(page), encoding="utf-8")
    return files, wrong


def main(folder: Path) -> None:
    from fhir.resources.bundle import Bundle
    from fhir.resources.R4B.bundle import Bundle as BundleOfR4B

    files, wrong = written_and_spoiled(folder)
    files_of_r5, wrong_of_r5 = written_and_spoiled(folder / "r5")
    found = {
        "R4": (by_r4(files), by_r4(wrong)),
        "R4B": (
            by_models(BundleOfR4B.model_validate_json, files),
            by_models(BundleOfR4B.model_validate_json, wrong),
        ),
        "R5": (
            by_models(Bundle.model_validate_json, files_of_r5),
            by_models(Bundle.model_validate_json, wrong_of_r5),
        ),
    }
    print(
        json.dumps(
            {
                version: {
                    "files": len(faults),
                    "valid": sum(not held for held in faults.values()),
                    "spoiled_passed": sum(not held for held in others.values()),
                    "faults": {Path(file).stem: held for file, held in faults.items() if held},
                }
                for version, (faults, others) in found.items()
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
