/// Which traces are exported, of those that begin here: a share of them, told from the trace's id, so that every span of a trace,
/// every process and every collector that samples by the same rule decides alike.
///
/// The rule is OpenTelemetry's consistent sampling by a rejection threshold: a trace is kept where the lowest 56 bits of its id
/// are not below 2^56 × (1 - share). What a caller's `traceparent` decides goes before it (see ``isKept(_:parent:)``).
public struct TraceSampling: Sendable, Equatable {
  private static let span: UInt64 = 1 << 56
  /// Parts that a share is counted in.
  public static let whole = 1_000_000

  /// Parts of a million.
  public let share: Int

  /// Every trace.
  public static let all = TraceSampling(share: whole)

  /// - Parameter share: parts of a million; what is out of range becomes 0 or ``whole``.
  public init(share: Int) { self.share = min(Self.whole, max(0, share)) }

  private var threshold: UInt64 {
    let kept = UInt128(Self.span) * UInt128(share) / UInt128(Self.whole)
    return Self.span - UInt64(truncatingIfNeeded: kept)
  }

  /// Whether a trace is exported that begins here.
  public func keeps(_ trace: TraceID) -> Bool { trace.randomness >= threshold }

  /// Whether a span is exported. A caller that sent `traceparent` has decided for its whole trace, by the flag `sampled`: a trace
  /// that it does not record would come out in fragments.
  public func isKept(_ trace: TraceID, parent: TraceContext?) -> Bool { parent?.isSampled ?? keeps(trace) }
}
