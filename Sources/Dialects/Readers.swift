public import Metering

// CONTRACT SKETCH: the owner of Dialects replaces this file's bodies and may split it; the signatures are what Gateway calls.

/// Reads the body of a request as its parts arrive. Bounded; never traps on any input; keeps no text.
public struct RequestReader: ~Copyable {
  /// A reader for the body of a request to `endpoint`.
  public init(endpoint: Endpoint) {}

  /// Reads the next part of the body. Parts may be cut anywhere.
  public mutating func consume(_ bytes: RawSpan) {}

  /// What was read. `isComplete` says whether that was the whole of one JSON object.
  public consuming func finish() -> RequestFacts { RequestFacts() }
}

/// How the body of a reply is framed, told from its headers.
public enum ReplyFraming: Sendable, Equatable {
  case json
  case serverSentEvents
  /// Neither, or a content coding that is not decoded: only bytes are counted.
  case opaque
}

/// Reads the body of a reply as its parts arrive, after they were forwarded.
public struct ReplyReader: ~Copyable {
  /// A reader for the reply to a request to `endpoint`.
  ///
  /// - Parameter framing: what the headers say; where the first byte contradicts them, it decides.
  public init(endpoint: Endpoint, status: Int, framing: ReplyFraming) {}

  /// Reads the next part of the body. Parts may be cut anywhere.
  public mutating func consume(_ bytes: RawSpan) {}

  /// Whether content (text, reasoning or a tool call) has been seen: the moment of the first token.
  public var hasContent: Bool { false }

  /// Facts so far, cheap enough to be read after each part: what a crash must not lose.
  public var progress: ReplyProgress { ReplyProgress() }

  /// The whole of what was read.
  public consuming func finish() -> ReplyFacts { ReplyFacts() }
}

/// What is known of a reply while it flows.
public struct ReplyProgress: Sendable, Equatable {
  /// Grows whenever ``usage`` or ``hasResponseID`` changes, so that callers can skip work.
  public var revision: UInt32
  /// The usage reported so far, of the answering model; empty before the first report.
  public var usage: Usage
  public var outputTextBytes: Int64
  public var hasResponseID: Bool

  public init() {
    revision = 0
    usage = Usage()
    outputTextBytes = 0
    hasResponseID = false
  }
}

extension ReplyReader {
  /// The provider's response id, once it has been read.
  public var responseID: String? { nil }
  /// The answering model, once it has been read.
  public var model: String? { nil }
}

extension Endpoint {
  /// The API that a method and a path (without query) name; nil where no dialect knows it.
  ///
  /// - Parameter dialect: the dialect the provider is configured with; nil lets the path's shape decide.
  public static func recognise(method: String, path: String, dialect: Dialect?) -> Endpoint? { nil }
}
