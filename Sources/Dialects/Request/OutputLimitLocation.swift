/// Where a limit of the reply's tokens goes into the body of a request: ``range`` is replaced by ``text(tokensMax:)``, and
/// nothing else changes.
public struct OutputLimitLocation: Sendable, Equatable {
  /// Byte offsets in the body: those of the limit that stands there, or of a `null` in its place; empty where a member is
  /// inserted.
  public var range: Range<Int>
  private var opening: String
  private var closing: String

  /// - Parameters:
  ///   - opening: what stands before the number: the names of members, and the braces of an object that is not there.
  ///   - closing: what stands behind the number: such braces again, and a comma where another member follows.
  public init(range: Range<Int>, opening: String = "", closing: String = "") {
    self.range = range
    self.opening = opening
    self.closing = closing
  }

  /// What stands in place of the range, for a limit of that many tokens; one less than zero is written as zero.
  public func text(tokensMax: Int64) -> String { "\(opening)\(max(0, tokensMax))\(closing)" }
}

/// By which name a request gives the most tokens of its reply.
public enum OutputLimitName: Sendable, Equatable {
  /// One that the API has had all along; also where none is given.
  case usual
  /// `max_completion_tokens` alone, which servers that speak OpenAI's dialect may not know, and then ignore.
  case completionTokens
  /// That of another API alone, which is ignored.
  case foreign
}

/// How an API is told the most tokens of a reply.
enum OutputLimitNaming {
  /// It is not told: the reply has no tokens, or several requests of one body have a limit each.
  case none
  /// A limit that stands in the body can be changed, but none is put in: where none is named, the API refuses the request, or
  /// has a small limit of its own, which a new one would raise.
  case existing
  /// By a member of the body.
  case member(String)
  /// By a member of an object of the body.
  case within(String, member: String)
}
