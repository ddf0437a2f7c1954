"""Our tokenizers count what tiktoken counts, on texts that are made up anew: Tests/TokenizersTests reads them."""

import os
import subprocess
from pathlib import Path

import pytest

from harness import tiktoken_vectors
from harness.tollgate_process import REPOSITORY

BUNDLE = REPOSITORY / ".build/debug/tollgatePackageTests.xctest"
VECTORS = int(os.environ.get("TOLLGATE_TOKEN_VECTOR_COUNT", "4000"))


@pytest.mark.timeout(300)
def test_counts_equal_those_of_tiktoken(tmp_path: Path):
    pytest.importorskip("tiktoken", reason="SKIPPED: tiktoken is not installed, so the tokenizers are not fuzzed")
    if not BUNDLE.exists():
        pytest.skip(f"SKIPPED: no test bundle at {BUNDLE}: `swift build --build-tests` makes it")
    seed = int(os.environ.get("TOLLGATE_SEED", "0")) or int.from_bytes(os.urandom(4))
    print(f"seed {seed}, {VECTORS} texts")
    vectors = tmp_path / "vectors.txt"
    tiktoken_vectors.use_own_rank_files()
    tiktoken_vectors.write(seed, VECTORS, vectors)
    run = subprocess.run(
        [BUNDLE, "--testing-library", "swift-testing", "--filter", "TiktokenTests"],
        env=os.environ | {"TOLLGATE_TOKEN_VECTORS": str(vectors), "SWIFT_BACKTRACE": "enable=no"},
        capture_output=True, text=True, timeout=240, cwd=REPOSITORY,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    assert f"{VECTORS} vectors" in run.stdout, "the test bundle did not read the vectors"
