"""Texts that are hard to split, with the counts that tiktoken gives them: what Sources/Tokenizers must equal.

As a program: `tiktoken_vectors.py SEED COUNT OUT` writes a file of such vectors; tiktoken then needs its rank files, which
are made from Sources/CVocabularies/Files/ (tiktoken checks their hashes, so that this also proves our vocabularies to be whole).
"""

import base64
import os
import random
import struct
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

# The names under which tiktoken keeps its rank files: the SHA-1 of where it fetches them.
RANK_FILES = {
    "o200k": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "cl100k": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
}

WORDS = "the of and a to in is you that it he was for on are as with his they I at be this have from or one had by word".split()
CODE = [
    "def f(x):\n    return x\n",
    '{"a": [1, 2.5e-3]}',
    "</div>\r\n",
    "!=",
    "===",
    "->",
    "::",
    "/*",
    "*/",
    "//",
    "0xDEADBEEF",
]
CONTRACTIONS = [
    "'s",
    "'S",
    "'t",
    "'re",
    "'RE",
    "'ve",
    "'ll",
    "'LL",
    "'d",
    "'D",
    "'m",
    "'\u017f",
    "'l",
    "'r",
    "'x",
    "''",
    "'",
]
BLANKS = [
    " ",
    "  ",
    "   ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    " \n ",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\x0b",
    "\x85",
    "\u200b",
    " \t\n",
]
RANGES = [
    (0x00, 0x7F), (0x80, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x5D0, 0x5EA),
    (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2100, 0x218F),
    (0x2190, 0x22FF), (0x2460, 0x24FF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xF8FF),
    (0xFB00, 0xFDFF), (0xFF00, 0xFFEF), (0x10000, 0x10FFF), (0x1D400, 0x1D7FF), (0x1E900, 0x1E95F), (0x1F300, 0x1FAFF),
    (0x20000, 0x2FA1F), (0xE0000, 0xE01EF), (0x0, 0x10FFFF),
]  # fmt: skip


def scalar(generator: random.Random) -> str:
    while True:
        code = generator.randint(*generator.choice(RANGES))
        if not 0xD800 <= code <= 0xDFFF:
            return chr(code)


def token(generator: random.Random) -> str:
    kind = generator.randrange(12)
    if kind <= 2:
        word = generator.choice(WORDS)
        return generator.choice([word, word.upper(), word.capitalize(), " " + word, " " + word.capitalize()])
    if kind == 3:
        return generator.choice(CONTRACTIONS)
    if kind == 4:
        return generator.choice(BLANKS)
    if kind == 5:
        return generator.choice(CODE)
    if kind == 6:
        return str(generator.randrange(10 ** generator.randint(1, 12)))
    if kind == 7:
        return generator.choice("!?.,;:-_=+*&^%$#@~`|\\/<>()[]\"'") * generator.choice([1, 1, 2, 3, 7])
    if kind == 8:
        return "".join(generator.choice("abcdefgxyzABCXYZ") for _ in range(generator.randint(1, 20)))
    if kind == 9:
        return "".join(chr(generator.randint(0x4E00, 0x9FFF)) for _ in range(generator.randint(1, 12)))
    return "".join(scalar(generator) for _ in range(generator.randint(1, 4)))


def text(generator: random.Random) -> str:
    # Seldom, a piece that is longer than any window in which pairs are merged.
    if generator.random() < 0.02:
        unit = generator.choice(["a", "ab", "=", " ", "\n", "xyz", "中", "etaoin", "\u0301", "A", "-_", "аб"])
        run = unit * generator.randint(50, 2500)
        return generator.choice(["", " ", "x"]) + run + generator.choice(["", "b", " c", "\n"])
    if generator.random() < 0.02:
        letters = generator.choice(["abcdefghijklmnopqrstuvwxyz", "etaoin", "的一是不了人我在有他这", "абвгде"])
        return "".join(generator.choice(letters) for _ in range(generator.randint(100, 4000)))
    return "".join(token(generator) for _ in range(generator.randint(1, 30)))


def use_own_rank_files() -> None:
    """Has tiktoken read rank files made from Sources/CVocabularies/Files/, without a network."""
    cache = Path(tempfile.mkdtemp(prefix="tollgate-ranks-"))
    for name, file in RANK_FILES.items():
        packed = (REPOSITORY / f"Sources/CVocabularies/Files/{name}.vocab").read_bytes()
        (count,) = struct.unpack_from("<I", packed, 8)
        lines, offset = [], 12
        for rank in range(count):
            end = offset + 1 + packed[offset]
            lines.append(base64.b64encode(packed[offset + 1 : end]) + b" %d\n" % rank)
            offset = end
        (cache / file).write_bytes(b"".join(lines))
    os.environ["TIKTOKEN_CACHE_DIR"] = str(cache)


def write(seed: int, count: int, out: Path) -> None:
    """One line a vector: the text in hexadecimal digits, its o200k and its cl100k tokens."""
    import tiktoken

    generator = random.Random(seed)
    o200k, cl100k = tiktoken.get_encoding("o200k_base"), tiktoken.get_encoding("cl100k_base")
    with out.open("w") as file:
        for _ in range(count):
            sample = text(generator)
            counts = [len(encoding.encode(sample, disallowed_special=())) for encoding in (o200k, cl100k)]
            file.write(f"{sample.encode().hex()} {counts[0]} {counts[1]}\n")


if __name__ == "__main__":
    use_own_rank_files()
    write(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
