"""Write the generated pages into docs/."""

from pathlib import Path

from tests.pages.checks_page import checks_page
from tests.pages.diagnosis_page import diagnosis_page
from tests.scenarios import corpus
from tests.scenarios.score import outcomes

DOCS = Path(__file__).parent.parent.parent / "docs"


def main() -> None:
    """Generate both pages from one run over the corpus."""
    found = outcomes(corpus())
    (DOCS / "checks.md").write_text(checks_page(found), encoding="utf-8")
    (DOCS / "diagnosis.md").write_text(diagnosis_page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
