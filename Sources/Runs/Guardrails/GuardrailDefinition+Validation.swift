internal import Budgets

/// What is wrong with a guardrail. ``description`` says what to do.
public enum GuardrailDefinitionError: Error, Hashable, CustomStringConvertible {
  case badName(String)
  case noLimits(guardrail: String)
  case twice(guardrail: String, GuardrailLimit.Kind)
  case tooSmall(guardrail: String, GuardrailLimit.Kind)
  case badCoolDown(guardrail: String)
  case badPatience(guardrail: String)
  case patienceWithoutLoop(guardrail: String)
  case emptyPattern(guardrail: String, what: String)
  case tooManyPatterns(guardrail: String, what: String)
  case twoOfName(String)
  case tooMany

  public var description: String {
    switch self {
    case .badName(let name):
      "guardrail \"\(name)\": a name has 1 to 128 of the characters A-Z a-z 0-9 . _ : / @ + -"
    case .noLimits(let name):
      "guardrail \"\(name)\" limits nothing; give it one of \(Self.kinds), tools_allowed or tools_denied"
    case .twice(let name, let kind): "guardrail \"\(name)\": \(kind.rawValue) is given twice; keep one"
    case .tooSmall(let name, let kind):
      "guardrail \"\(name)\": \(kind.rawValue) must be \(GuardrailLimit.accepted(kind))"
    case .badCoolDown(let name): "guardrail \"\(name)\": cool_down must be from 0s to 30d"
    case .badPatience(let name): "guardrail \"\(name)\": patience must be from 1ms to 1h"
    case .patienceWithoutLoop(let name):
      "guardrail \"\(name)\": patience is about repeated_call and cycle; give it one of them, or leave it out"
    case .emptyPattern(let name, let what):
      "guardrail \"\(name)\": \(what) has an empty name; leave it out, or write \"*\""
    case .tooManyPatterns(let name, let what):
      "guardrail \"\(name)\": \(what) has more than \(GuardrailDefinition.patternsMax) names; use globs such as \"etl-*\""
    case .twoOfName(let name): "there are two guardrails named \"\(name)\"; name each differently"
    case .tooMany: "there are more than \(Guardrails.definitionsMax) guardrails; match several agents with one"
    }
  }

  private static let kinds = GuardrailLimit.Kind.allCases.filter { $0 != .tools }.map(\.rawValue).joined(
    separator: ", ")
}

extension GuardrailDefinition {
  /// The longest that ``coolDownSeconds`` may be: thirty days.
  public static let coolDownSecondsMax: Int64 = 30 * 86_400
  /// The longest that ``patience`` may be: an hour.
  public static let patienceMicrosecondsMax: Int64 = 3_600_000_000

  /// Checks that the definition means something.
  public func validate() throws(GuardrailDefinitionError) {
    let isName =
      (1...128).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: ".:_/@+-".utf8.contains(byte)
        }
      }
    guard isName else { throw .badName(name) }
    guard !limits.isEmpty || namesTools else { throw .noLimits(guardrail: name) }
    for (place, limit) in limits.enumerated() {
      if limits[..<place].contains(where: { $0.kind == limit.kind }) { throw .twice(guardrail: name, limit.kind) }
      if limit.amount < limit.kind.amountMin || limit.kind == .tools { throw .tooSmall(guardrail: name, limit.kind) }
    }
    if let patience {
      guard (1_000...Self.patienceMicrosecondsMax).contains(patience.microseconds) else {
        throw .badPatience(guardrail: name)
      }
      guard limits.contains(where: { $0.kind == .repeatedCall || $0.kind == .cycle }) else {
        throw .patienceWithoutLoop(guardrail: name)
      }
    }
    guard (0...Self.coolDownSecondsMax).contains(coolDownSeconds) else { throw .badCoolDown(guardrail: name) }
    let lists =
      match.lists.map { ($0.dimension.rawValue, $0.patterns) }
      + [("tools_allowed", toolsAllowed), ("tools_denied", toolsDenied)]
    for (what, patterns) in lists {
      if patterns.contains(where: { $0.text.isEmpty }) { throw .emptyPattern(guardrail: name, what: what) }
      if patterns.count > Self.patternsMax { throw .tooManyPatterns(guardrail: name, what: what) }
    }
  }
}
