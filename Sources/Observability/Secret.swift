/// A text that must not be shown: a key, a token. Whatever prints, logs, dumps or mirrors it sees `***`.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text itself. The one way to it, so that each use can be found.
  public let exposed: String

  /// Keeps `text` from being shown.
  public init(_ text: String) { exposed = text }

  /// `***`.
  public var description: String { "***" }
  /// `***`.
  public var debugDescription: String { "***" }
  /// Without children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// Whether both texts are the same, in a time that depends on their lengths only.
  public static func == (lhs: Secret, rhs: Secret) -> Bool {
    let left = Array(lhs.exposed.utf8)
    let right = Array(rhs.exposed.utf8)
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (one, other) in zip(left, right) { difference |= one ^ other }
    return difference == 0
  }
}
