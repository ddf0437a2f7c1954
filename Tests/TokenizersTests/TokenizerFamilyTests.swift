import Testing
import Tokenizers

@Suite("Which tokenizer a model has")
struct TokenizerFamilyTests {
  @Test(
    "is told from its name, whatever stands around it",
    arguments: [
      ("gpt-4o-mini-2024-07-18", .o200k), ("gpt-5.6-codex", .o200k), ("o3-mini", .o200k), ("openai/o4-mini", .o200k),
      ("ft:gpt-4.1-nano:acme::x", .o200k), ("openai.gpt-oss-120b-1:0", .o200k), ("chatgpt-4o-latest", .o200k),
      ("gpt-4-0613", .cl100k), ("gpt-4-turbo", .cl100k), ("gpt-35-turbo", .cl100k),
      ("text-embedding-3-small", .cl100k),
      ("claude-3-5-sonnet-20241022", .claude), ("claude-opus-4-20250514", .claude),
      ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", .claude), ("anthropic/claude-opus-4.6", .claude),
      ("claude-instant-1.2", .claude), ("claude-opus-4-7", .claude47), ("claude-opus-4-8@20260801", .claude47),
      ("anthropic/claude-sonnet-5", .claude47), ("claude-fable-5-20270101", .claude47), ("claude-latest", .claude47),
      ("models/gemini-2.5-flash", .gemma), ("google/gemma-3-27b-it", .gemma),
      ("meta-llama/Llama-3.3-70B-Instruct", .llama3), ("accounts/fireworks/models/llama-v3p1-8b-instruct", .llama3),
      ("llama2:7b", .sentencePiece), ("sonar-pro", .llama3), ("mistral-large-latest", .tekken),
      ("mistral.mixtral-8x7b-instruct-v0:1", .sentencePiece), ("deepseek-chat", .deepSeek),
      ("deepseek-r1-distill-qwen-32b", .qwen), ("Qwen/Qwen3-32B", .qwen), ("qwen3.5-plus", .qwen35),
      ("qwen2.5:7b", .qwen), ("grok-4", .other), ("amazon.nova-pro-v1:0", .other), ("command-a-03-2025", .other),
      ("my-deployment", .other), ("", .other), ("polo1", .other),
    ] as [(String, TokenizerFamily)])
  func family(model: String, family: TokenizerFamily) {
    #expect(TokenizerFamily(model: model) == family)
  }

  @Test("No name, no family")
  func none() { #expect(TokenizerFamily(model: nil) == .other) }

  /// Counts per 1,000 bytes of each tokenizer's own, measured over 60,000 characters (the o200k counts: 260 English,
  /// 463 digits, 332 upper case, 259 Chinese).
  @Test("Weights reproduce what was measured of the tokenizers, within a tenth")
  func weights() {
    let english = Array("The quick brown fox jumps over the lazy dog, and nobody minds it at all.".utf8)
    let tally = Tokenizer.o200k.tally(english.span.bytes)
    let ratios: [(TokenizerFamily, Int64)] = [(.claude, 120), (.claude47, 159), (.gemma, 112), (.llama3, 99)]
    for (family, hundredths) in ratios {
      let tokens = family.tokens(tally) * 100 / tally.tokens
      #expect(abs(tokens - hundredths) <= 25, "\(family): \(tokens)")
    }
    let digits = Array("1234567890123456789012345678901234567890".utf8)
    let digitTally = Tokenizer.o200k.tally(digits.span.bytes)
    #expect(TokenizerFamily.gemma.tokens(digitTally) == 40)
    #expect(TokenizerFamily.tekken.tokens(digitTally) == 40)
    #expect(TokenizerFamily.claude47.tokens(digitTally) == digitTally.tokens)
  }

  @Test("Bytes alone give a count too, and no size overflows")
  func bytes() {
    for family in TokenizerFamily.allCases {
      #expect(family.tokens(textBytes: 0) == 0 && family.tokens(textBytes: 1) == 1)
      #expect(family.tokens(textBytes: .max) > 0 && family.tokens(textBytes: -5) == 0)
    }
  }
}
