/// Tokens and bytes of text, by kind of piece.
public struct TokenTally: Sendable, Equatable {
  private var tokensByKind = InlineArray<7, Int64>(repeating: 0)
  private var bytesByKind = InlineArray<7, Int64>(repeating: 0)

  public init() {}

  /// All tokens.
  public var tokens: Int64 { PieceKind.allCases.reduce(0) { $0 &+ tokensByKind[$1.rawValue] } }

  /// All bytes of UTF-8.
  public var bytes: Int64 { PieceKind.allCases.reduce(0) { $0 &+ bytesByKind[$1.rawValue] } }

  /// Tokens of the pieces of a kind.
  public func tokens(_ kind: PieceKind) -> Int64 { tokensByKind[kind.rawValue] }

  /// Bytes of the pieces of a kind.
  public func bytes(_ kind: PieceKind) -> Int64 { bytesByKind[kind.rawValue] }

  @inline(__always)
  mutating func add(tokens: Int, bytes: Int, kind: PieceKind) {
    tokensByKind[kind.rawValue] &+= Int64(tokens)
    bytesByKind[kind.rawValue] &+= Int64(bytes)
  }

  public static func == (lhs: TokenTally, rhs: TokenTally) -> Bool {
    PieceKind.allCases.allSatisfy {
      lhs.tokensByKind[$0.rawValue] == rhs.tokensByKind[$0.rawValue]
        && lhs.bytesByKind[$0.rawValue] == rhs.bytesByKind[$0.rawValue]
    }
  }
}
