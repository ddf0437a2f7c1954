"""Makes the files of this folder: `pack.py RANKS OUT` for a vocabulary, `pack.py classes OUT` for the class table.

RANKS is a file of tiktoken's form (base64 of a token's bytes, a space, its rank; in the order of ranks). The class table is
asked from tiktoken itself (`pip install tiktoken==0.14.0`), so that it is the Unicode version that tiktoken splits text by:
16.0.0, of the Rust crate regex-syntax.
"""

import base64
import pathlib
import struct
import sys

BLOCK = 256
SCALARS_MAX = 0x110000

# One bit a class; Sources/Tokenizers/ScalarClass.swift reads them.
CLASSES = {
    1: r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]",
    2: r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]",
    4: r"\p{L}",
    8: r"\p{N}",
    16: r"\s",
    32: r"[\r\n]",
    64: r"[\p{L}&&[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]",
    128: r"[\p{L}&&\p{Latin}]",
}


def pack_vocabulary(path):
    """Magic, u32 number of tokens, then a length byte and the bytes of each token, in the order of ranks."""
    tokens = []
    for rank, line in enumerate(path.read_bytes().splitlines()):
        text, number = line.split()
        assert int(number) == rank, f"rank {number.decode()} stands where {rank} is due"
        tokens.append(base64.b64decode(text))
    assert all(1 <= len(token) <= 255 for token in tokens)
    body = b"".join(bytes([len(token)]) + token for token in tokens)
    return b"TGVOCAB\1" + struct.pack("<I", len(tokens)) + body


def members(pattern):
    """The scalars that a pattern of one scalar matches: tiktoken drops what its pattern does not match."""
    import tiktoken

    ranks = {bytes([byte]): byte for byte in range(256)}
    encoding = tiktoken.Encoding("probe", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    scalars = [code for code in range(SCALARS_MAX) if not 0xD800 <= code < 0xE000]
    found = set()
    for start in range(0, len(scalars), 65536):
        text = "".join(map(chr, scalars[start : start + 65536]))
        found.update(map(ord, encoding.decode(encoding.encode(text, disallowed_special=()))))
    return found


def pack_classes():
    """Magic, u16 number of blocks, the block of each 256 scalars (u8), then the blocks: a byte of class bits a scalar."""
    table = bytearray(SCALARS_MAX)
    for bit, pattern in CLASSES.items():
        for code in members(pattern):
            table[code] |= bit
    blocks, index = {}, bytearray()
    for start in range(0, SCALARS_MAX, BLOCK):
        index.append(blocks.setdefault(bytes(table[start : start + BLOCK]), len(blocks)))
    return b"TGCLASS\1" + struct.pack("<HH", len(blocks), 0) + bytes(index) + b"".join(blocks)


def main():
    source, out = sys.argv[1], pathlib.Path(sys.argv[2])
    packed = pack_classes() if source == "classes" else pack_vocabulary(pathlib.Path(source))
    out.write_bytes(packed)
    print(f"{out}: {len(packed):,} bytes")


if __name__ == "__main__":
    main()
