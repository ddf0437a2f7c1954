/// How many tokens a family makes of text, from the o200k tokens and the bytes of its kinds: thousandths of a token for each.
///
/// Claude's were fitted to ctok 1.3.0 (a reconstruction of Anthropic's counts) over some 400 kB of English, Python, JSON, Swift,
/// Chinese and Japanese manual pages, upper case, base64 and numbers: 1 to 10 % off by kind of text, where one ratio for all is
/// up to 40 % off. The others are ratios of measured counts of such texts. Gemma, Qwen and tekken spend a token on each digit.
struct FamilyWeights {
  struct Weight {
    var perToken: Int64
    var perByte: Int64 = 0
  }

  var word: Weight
  var capitals: Weight
  var digits: Weight
  var symbols: Weight
  var blanks: Weight
  var eastAsian: Weight
  var otherLetters: Weight
  /// Bytes of English and code for a hundred tokens: for text that was not counted.
  var bytesPerHundredTokens: Int64

  func tokens(_ tally: TokenTally) -> Int64 {
    let thousandths = PieceKind.allCases.reduce(Int64(0)) { sum, kind in
      let weight = self[kind]
      return sum &+ tally.tokens(kind) &* weight.perToken &+ tally.bytes(kind) &* weight.perByte
    }
    return (thousandths &+ 999) / 1000
  }

  private subscript(kind: PieceKind) -> Weight {
    switch kind {
    case .word: word
    case .capitals: capitals
    case .digits: digits
    case .symbols: symbols
    case .blanks: blanks
    case .eastAsian: eastAsian
    case .otherLetters: otherLetters
    }
  }

  private static let groupsOfThree = Weight(perToken: 1000)
  private static let oneByOne = Weight(perToken: 0, perByte: 1000)

  /// One ratio for everything.
  private static func even(_ perToken: Int64, bytesPerHundredTokens: Int64) -> FamilyWeights {
    let weight = Weight(perToken: perToken)
    return FamilyWeights(
      word: weight, capitals: weight, digits: groupsOfThree, symbols: weight, blanks: weight, eastAsian: weight,
      otherLetters: weight, bytesPerHundredTokens: bytesPerHundredTokens)
  }

  private static func ratios(
    word: Int64, capitals: Int64, digits: Weight, signs: Int64, eastAsian: Int64, other: Int64,
    bytesPerHundredTokens: Int64
  ) -> FamilyWeights {
    FamilyWeights(
      word: Weight(perToken: word), capitals: Weight(perToken: capitals), digits: digits,
      symbols: Weight(perToken: signs), blanks: Weight(perToken: signs), eastAsian: Weight(perToken: eastAsian),
      otherLetters: Weight(perToken: other), bytesPerHundredTokens: bytesPerHundredTokens)
  }

  static func of(_ family: TokenizerFamily) -> FamilyWeights {
    switch family {
    case .o200k, .cl100k: exact
    case .claude: claude
    case .claude47: claude47
    case .gemma: gemma
    case .llama3: llama3
    case .tekken: tekken
    case .deepSeek: deepSeek
    case .qwen: qwen
    case .qwen35: qwen35
    case .sentencePiece: sentencePiece
    case .other: other
    }
  }

  private static let exact = even(1000, bytesPerHundredTokens: 444)
  private static let claude = FamilyWeights(
    word: Weight(perToken: 1337), capitals: Weight(perToken: 1225), digits: groupsOfThree,
    symbols: Weight(perToken: 1062), blanks: Weight(perToken: 1096), eastAsian: Weight(perToken: 1351, perByte: 7),
    otherLetters: Weight(perToken: 1350), bytesPerHundredTokens: 404)
  private static let claude47 = FamilyWeights(
    word: Weight(perToken: 1298, perByte: 103), capitals: Weight(perToken: 1144, perByte: 397), digits: groupsOfThree,
    symbols: Weight(perToken: 1224), blanks: Weight(perToken: 1063), eastAsian: Weight(perToken: 1244, perByte: 29),
    otherLetters: Weight(perToken: 1500), bytesPerHundredTokens: 280)
  private static let gemma = ratios(
    word: 1120, capitals: 1050, digits: oneByOne, signs: 1330, eastAsian: 840, other: 1030, bytesPerHundredTokens: 370)
  private static let llama3 = ratios(
    word: 990, capitals: 980, digits: groupsOfThree, signs: 1000, eastAsian: 980, other: 1110,
    bytesPerHundredTokens: 440)
  private static let tekken = ratios(
    word: 1054, capitals: 1230, digits: oneByOne, signs: 1000, eastAsian: 1110, other: 1130, bytesPerHundredTokens: 410)
  private static let deepSeek = ratios(
    word: 1035, capitals: 1140, digits: groupsOfThree, signs: 1110, eastAsian: 885, other: 1090,
    bytesPerHundredTokens: 415)
  private static let qwen = ratios(
    word: 1015, capitals: 1000, digits: oneByOne, signs: 940, eastAsian: 925, other: 1155, bytesPerHundredTokens: 425)
  private static let qwen35 = ratios(
    word: 1050, capitals: 1030, digits: oneByOne, signs: 1070, eastAsian: 840, other: 1030, bytesPerHundredTokens: 400)
  private static let sentencePiece = ratios(
    word: 1230, capitals: 1400, digits: oneByOne, signs: 1250, eastAsian: 1900, other: 1800, bytesPerHundredTokens: 350)
  private static let other = even(1150, bytesPerHundredTokens: 385)
}

extension TokenizerFamily {
  /// The tokens that a model of the family makes of counted text. `tally` is that of ``tokenizer``.
  public func tokens(_ tally: TokenTally) -> Int64 {
    isExact ? tally.tokens : FamilyWeights.of(self).tokens(tally)
  }

  /// The tokens of so many bytes of text of which nothing else is known.
  public func tokens(textBytes: Int64) -> Int64 {
    // Bodies are at most gigabytes, so the product is far from overflowing; a larger one is cut to be sure.
    let bytes = min(max(0, textBytes), 1 << 50)
    let hundred = FamilyWeights.of(self).bytesPerHundredTokens
    return (bytes &* 100 &+ hundred &- 1) / hundred
  }
}
