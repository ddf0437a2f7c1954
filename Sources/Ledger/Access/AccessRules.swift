import Budgets
import Metering

/// What names and lists of a key or a token may be.
enum AccessRules {
  /// Keys, and tokens, that are not revoked; one more is refused.
  static let liveMax = 10_000
  /// Revoked ones that are kept for lists.
  static let revokedKept = 1_000
  static let nameBytesMax = 64
  static let listMax = 100
  private static let identityBytesMax = 128
  private static let patternBytesMax = 256

  static func check(name: String, of thing: String) throws(LedgerError) {
    try check(name, "the name of a \(thing)", bytesMax: nameBytesMax)
  }

  static func check(_ grant: KeyGrant, now: Timestamp) throws(LedgerError) {
    if let agent = grant.agent { try check(agent, "the agent", bytesMax: identityBytesMax) }
    if let workflow = grant.workflow { try check(workflow, "the workflow", bytesMax: identityBytesMax) }
    if let team = grant.team { try check(team, "the team", bytesMax: nameBytesMax) }
    for (list, what) in [(grant.providers, "providers"), (grant.models, "models"), (grant.budgets, "budgets")] {
      guard list.count <= listMax else { throw .refused("there may be \(listMax) \(what) at most") }
      for pattern in list { try check(pattern.text, of: what) }
    }
    for (bound, field) in [(grant.agent, NameableField.agent), (grant.workflow, .workflow)] {
      guard bound == nil || !grant.mayName.contains(field) else {
        throw .refused(
          "the key binds its \(field.rawValue), so that its holder cannot name it: leave out one of the two")
      }
    }
    if let expiresAt = grant.expiresAt, expiresAt <= now {
      throw .refused("the key would have expired already: give a time that is to come")
    }
  }

  /// The rule of the data plane for names: they end in labels, paths and reports.
  private static func check(_ name: String, _ what: String, bytesMax: Int) throws(LedgerError) {
    guard (1...bytesMax).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte), name != ".", name != ".." else {
      throw .refused("\(what) must be 1 to \(bytesMax) of the characters A-Z a-z 0-9 . _ : / @ + -")
    }
  }

  private static func check(_ pattern: String, of what: String) throws(LedgerError) {
    guard (1...patternBytesMax).contains(pattern.utf8.count), pattern.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
    else { throw .refused("each of the \(what) must have 1 to \(patternBytesMax) bytes, and no blank") }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._:/@+-".utf8.contains(byte)
    }
  }
}
