#!/usr/bin/env python3
"""tiktoken on the texts of the tokenizer benchmark, in MB/s of one thread: `pip install tiktoken` first."""

import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests/EndToEnd"))

from harness import tiktoken_vectors  # noqa: E402

CHINESE = "夜里的任务把白天写下的东西再读一遍，数清每一个词，然后把账记好。没有人看着它，它也从不出错。"


def letters(count: int) -> str:
    state, out = 1, []
    for _ in range(count):
        state = (state * 1_103_515_245 + 12_345) % 2**32
        out.append(chr(0x61 + (state >> 16) % 26))
    return "".join(out)


TEXTS = {
    "English": (REPOSITORY / "README.md").read_text(),
    "Python": "".join(path.read_text() for path in sorted((REPOSITORY / "Tests/EndToEnd").glob("*.py"))),
    "JSON": (REPOSITORY / "pricing/openai.json").read_text(),
    "Chinese": CHINESE * 800,
    "one letter": "a" * 100_000,
    "equals signs": "=" * 100_000,
    "letters without spaces": letters(100_000),
}


def main():
    tiktoken_vectors.use_own_rank_files()
    import tiktoken

    for name in ("o200k_base", "cl100k_base"):
        encoding = tiktoken.get_encoding(name)
        for kind, text in TEXTS.items():
            best = min(timed(encoding, text) for _ in range(5))
            tokens = len(encoding.encode_ordinary(text))
            print(f"{name}: {kind}: {len(text.encode()) / best / 1e6:.1f} MB/s, {tokens} tokens")


def timed(encoding, text: str) -> float:
    start = time.perf_counter()
    encoding.encode_ordinary(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
