/// The members at the top of a call's arguments: their names, and the types of their values. Kept until they have been compared
/// with the schema of their tool.
struct ArgumentMembers: Sendable, Equatable {
  /// How many are kept, and how long their names may be.
  static let countMax = 128
  static let nameBytesMax = 128

  /// The type of a value, as JSON Schema names it.
  enum Kind: Sendable, Equatable {
    case string, boolean, object, array, null
    /// A number. One with an exponent or a fraction of zeros may be whole.
    case whole, fraction
  }

  struct Member: Sendable, Equatable {
    /// UTF-8.
    var name: [UInt8]
    var kind: Kind
  }

  private(set) var list: [Member] = []
  /// Whether ``list`` has all of them.
  private(set) var isWhole = true

  private var name: [UInt8] = []
  private var isNameWhole = true

  mutating func beginName() {
    name.removeAll(keepingCapacity: true)
    isNameWhole = true
  }

  mutating func takeOfName(_ byte: UInt8) {
    guard name.count < Self.nameBytesMax else {
      isNameWhole = false
      return
    }
    name.append(byte)
  }

  mutating func end(_ kind: Kind) {
    guard isNameWhole, list.count < Self.countMax else {
      isWhole = false
      return
    }
    list.append(Member(name: name, kind: kind))
  }
}
