/// Finds the models of one file by id.
struct PriceFileIndex: Sendable {
  /// Longer ids are nobody's model.
  static let idBytesMax = 256

  private let rules: PriceIDRules
  private var exact: [String: Int] = [:]
  private var globs: [(glob: ModelGlob, model: Int)] = []
  private var aliases: [String: [PriceAlias]] = [:]
  /// The models that aliases lead to, by what an alias calls them.
  private var aliasTargets: [String: Int] = [:]

  init(_ file: PriceFile) {
    rules = file.ids
    for (index, model) in file.models.enumerated() {
      for glob in model.match {
        if glob.isLiteral {
          if exact[glob.text] == nil { exact[glob.text] = index }
        } else {
          globs.append((glob, index))
        }
      }
    }
    // A stable sort: of the same weight, the first of the file comes first.
    let order = globs.indices.sorted {
      (-globs[$0].glob.weight, $0) < (-globs[$1].glob.weight, $1)
    }
    let unsorted = globs
    globs = order.map { unsorted[$0] }
    nots = file.models.map(\.not)
    for alias in file.aliases {
      aliases[alias.id, default: []].append(alias)
      if let target = file.models.firstIndex(where: { $0.id == alias.to }) ?? match(alias.to)?.model {
        aliasTargets[alias.to] = target
      }
    }
  }

  private var nots: [[ModelGlob]] = []

  /// Ids that are found without any search.
  var knownIDs: [String] { Array(exact.keys) + Array(aliases.keys) }

  /// Where the alias leads; nil: nowhere.
  func target(of alias: PriceAlias) -> Int? { aliasTargets[alias.to] }

  /// What the id means, at any time: candidates in the order in which they are tried.
  func candidates(for id: String) -> [PriceCandidate] {
    guard !id.isEmpty, id.utf8.count <= Self.idBytesMax else { return [] }
    let spelled = rules.isLowercased ? id.lowercased() : id
    let prefix = rules.prefixes.first { spelled.hasPrefix($0.text) }
    var candidates: [PriceCandidate] = []
    for spelling in spellings(of: spelled, prefix: prefix) {
      for alias in aliases[spelling] ?? [] {
        guard let target = aliasTargets[alias.to] else { continue }
        candidates.append(
          PriceCandidate(
            model: target, isExplicit: true, from: alias.from, to: alias.toDate, sets: prefix?.sets ?? []))
      }
      if let (model, isExplicit) = match(spelling) {
        candidates.append(
          PriceCandidate(model: model, isExplicit: isExplicit, from: nil, to: nil, sets: prefix?.sets ?? []))
        return candidates
      }
    }
    return candidates
  }

  /// The ways to read an id: as it is, without what says nothing, and with its compact date spelled out.
  private func spellings(of id: String, prefix: PriceIDRules.Prefix?) -> [String] {
    var spellings = [id]
    if let prefix { spellings.append(String(id.dropFirst(prefix.text.count))) }
    for text in rules.strip where id.hasPrefix(text) { spellings.append(String(id.dropFirst(text.count))) }
    guard rules.hasCompactDates else { return spellings }
    return spellings + spellings.compactMap { Self.withSpelledDates($0) }
  }

  private func match(_ id: String) -> (model: Int, isExplicit: Bool)? {
    if let model = exact[id] { return (model, true) }
    return globs.first { glob, model in glob.matches(id) && !nots[model].contains { $0.matches(id) } }
      .map { ($0.model, !$0.glob.hasStar) }
  }

  /// `gpt-5-20250807` gives `gpt-5-2025-08-07`; nil where there is no compact date.
  static func withSpelledDates(_ id: String) -> String? {
    let bytes = Array(id.utf8)
    var spelled: [UInt8] = []
    var isChanged = false
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "-"), isCompactDate(bytes[(index + 1)...]) {
        let date = bytes[(index + 1)..<(index + 9)]
        spelled.append(UInt8(ascii: "-"))
        for (offset, digit) in date.enumerated() {
          if offset == 4 || offset == 6 { spelled.append(UInt8(ascii: "-")) }
          spelled.append(digit)
        }
        isChanged = true
        index += 9
      } else {
        spelled.append(bytes[index])
        index += 1
      }
    }
    return isChanged ? String(decoding: spelled, as: UTF8.self) : nil
  }

  /// Eight digits of a day of this century, then the end, `-` or `:`.
  private static func isCompactDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    let digits = bytes.prefix(8).map { Int($0 &- UInt8(ascii: "0")) }
    guard digits.count == 8, digits.allSatisfy({ $0 < 10 }), digits[0] == 2, digits[1] == 0 else { return false }
    let month = digits[4] * 10 + digits[5]
    let day = digits[6] * 10 + digits[7]
    guard 1...12 ~= month, 1...31 ~= day else { return false }
    guard let next = bytes.dropFirst(8).first else { return true }
    return next == UInt8(ascii: "-") || next == UInt8(ascii: ":")
  }
}

/// A model that an id may mean.
struct PriceCandidate: Sendable {
  /// The place in the file's models; within the whole book, the place in its models.
  var model: Int
  /// Whether the file writes the id out, but for the digits of a date.
  var isExplicit: Bool
  /// Means the model from this instant on, and before `to`; nil: without end.
  var from: Timestamp?
  var to: Timestamp?
  /// What the id itself says about the context.
  var sets: [(key: PriceConditionKey, value: String)]

  func isMeant(at instant: Timestamp) -> Bool {
    (from.map { $0 <= instant } ?? true) && (to.map { instant < $0 } ?? true)
  }
}
