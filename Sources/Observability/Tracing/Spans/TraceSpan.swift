public import Metering

/// One span, ended: what OTLP's `Span` says (opentelemetry-proto, `trace/v1/trace.proto`).
public struct TraceSpan: Sendable, Equatable {
  /// What it was to those at its other end. The numbers are OTLP's.
  public enum Kind: UInt64, Sendable {
    case `internal` = 1
    case client = 3
  }

  /// How it ended. Success is `unset`: that a span went well is for the application to say.
  public enum Status: UInt64, Sendable {
    case unset = 0
    case error = 2
  }

  /// Bytes of a name at most.
  static let nameBytesMax = 256

  public var traceID: TraceID
  public var spanID: SpanID
  public var parent: SpanParent?
  public var name: String
  public var kind: Kind
  public var startedAt: Timestamp
  /// Not before ``startedAt``.
  public var endedAt: Timestamp
  public var attributes = SpanAttributes()
  public var status = Status.unset
  public var links: [SpanLink] = []

  public init(
    traceID: TraceID, spanID: SpanID, parent: SpanParent?, name: String, kind: Kind, startedAt: Timestamp,
    endedAt: Timestamp
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.parent = parent
    self.name = name
    self.kind = kind
    self.startedAt = startedAt
    self.endedAt = max(startedAt, endedAt)
  }
}

/// The span above another one in the same trace.
public struct SpanParent: Sendable, Equatable {
  public var spanID: SpanID
  /// Whether it is the caller's own, told by `traceparent`.
  public var isRemote: Bool

  public init(_ spanID: SpanID, isRemote: Bool = false) {
    self.spanID = spanID
    self.isRemote = isRemote
  }
}

/// A span, of whatever trace, that another one has to do with.
public struct SpanLink: Sendable, Hashable {
  public var traceID: TraceID
  public var spanID: SpanID

  public init(traceID: TraceID, spanID: SpanID) {
    self.traceID = traceID
    self.spanID = spanID
  }
}
