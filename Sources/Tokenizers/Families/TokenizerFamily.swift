/// Models that share a tokenizer, or have one much like it, told from their names.
///
/// Two families are counted exactly; the others from the o200k count of each kind of text, with weights that were measured
/// against their own tokenizers (``FamilyWeights``).
public enum TokenizerFamily: Sendable, Equatable, CaseIterable {
  /// OpenAI from gpt-4o on, gpt-oss.
  case o200k
  /// OpenAI's gpt-4, gpt-3.5 and embeddings.
  case cl100k
  /// Claude up to Opus 4.6.
  case claude
  /// Claude from Opus 4.7 on, and Claude 5.
  case claude47
  /// Gemini, Gemma.
  case gemma
  case llama3
  /// Mistral from Nemo on.
  case tekken
  case deepSeek
  case qwen
  /// Qwen from 3.5 on.
  case qwen35
  /// Llama 2, Mistral 7B, Mixtral and others with some 32,000 tokens.
  case sentencePiece
  /// Everything else: Grok, Nova, Cohere, Jamba, unknown names.
  case other

  /// The family of a model, whatever stands before its name (`anthropic/`, `us.anthropic.`, `models/`, `ft:`) or behind it
  /// (dates, `-latest`, `:free`); ``other`` for names that say nothing.
  public init(model: String?) {
    guard let model else {
      self = .other
      return
    }
    let name = ModelName(model)
    self = Self.rules.first { name.holds($0.word) }?.family ?? .other
    switch self {
    case .claude where name.isAtLeast(major: 4, minor: 7): self = .claude47
    case .qwen where name.isAtLeast(major: 3, minor: 5, orUnknown: false): self = .qwen35
    case .llama3 where name.holds("llama-2") || name.holds("llama2"): self = .sentencePiece
    default: break
    }
  }

  /// Whether it is one of Anthropic's.
  public var isClaude: Bool { self == .claude || self == .claude47 }

  /// What texts are counted by.
  public var tokenizer: Tokenizer { self == .cl100k ? .cl100k : .o200k }

  /// Whether the count of a text is exactly that of the provider.
  public var isExact: Bool { self == .o200k || self == .cl100k }

  /// Words of names, the more telling ones first.
  private static let rules: [(word: String, family: TokenizerFamily)] = [
    ("claude", .claude),
    // Models that were distilled into others keep the tokenizer of those.
    ("distill-qwen", .qwen), ("distill-llama", .llama3),
    ("gemini", .gemma), ("gemma", .gemma), ("learnlm", .gemma),
    ("deepseek", .deepSeek),
    ("qwen", .qwen), ("qwq", .qwen), ("qvq", .qwen), ("voyage", .qwen),
    ("mixtral", .sentencePiece), ("mistral-7b", .sentencePiece), ("mistral-medium-2312", .sentencePiece),
    ("vicuna", .sentencePiece), ("phi-3", .sentencePiece),
    ("llama", .llama3), ("sonar", .llama3), ("hermes", .llama3), ("nemotron", .llama3),
    ("mistral", .tekken), ("ministral", .tekken), ("magistral", .tekken), ("codestral", .tekken), ("devstral", .tekken),
    ("pixtral", .tekken), ("voxtral", .tekken),
    ("gpt-oss", .o200k), ("gpt-4o", .o200k), ("gpt-4.1", .o200k), ("gpt-4.5", .o200k), ("gpt-4", .cl100k),
    ("gpt-3.5", .cl100k), ("gpt-35", .cl100k), ("text-embedding", .cl100k), ("davinci", .cl100k), ("babbage", .cl100k),
    ("gpt-", .o200k), ("chatgpt", .o200k), ("codex", .o200k), ("computer-use", .o200k), ("phi-4", .cl100k),
    ("o1", .o200k), ("o3", .o200k), ("o4", .o200k),
  ]
}

/// The name of a model, in lower case.
struct ModelName {
  /// Names are ids, not texts: what is longer is cut.
  private static let bytesMax = 256

  private let bytes: [UInt8]

  init(_ name: String) {
    bytes = name.utf8.prefix(Self.bytesMax).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
  }

  /// Whether a word occurs that no letter or digit stands before: `o1` is not in `polo1`.
  func holds(_ word: String) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count >= word.count else { return false }
    return (0...bytes.count - word.count).contains { start in
      bytes[start..<start + word.count].elementsEqual(word) && (start == 0 || !Self.isWordByte(bytes[start - 1]))
    }
  }

  /// Whether the version that the name says is at least this one: its first two numbers, dates left out. A version without a
  /// second number has 0 there.
  func isAtLeast(major: Int, minor: Int, orUnknown: Bool = true) -> Bool {
    let numbers = numbers
    guard let first = numbers.first else { return orUnknown }
    let second = numbers.dropFirst().first ?? 0
    return first > major || first == major && second >= minor
  }

  /// Numbers of one or two digits that stand between signs, or behind one letter (`v3`).
  private var numbers: [Int] {
    bytes.split { !Self.isWordByte($0) }.compactMap { word in
      let digits = word.first == UInt8(ascii: "v") ? word.dropFirst() : Self.behindLetters(word)
      guard (1...2).contains(digits.count) else { return nil }
      return Int(String(decoding: digits, as: UTF8.self))
    }
  }

  /// `3` of `qwen3`: the digits behind the letters of a word.
  private static func behindLetters(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    word.drop { $0 >= 0x61 && $0 <= 0x7A }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x7A
  }
}
