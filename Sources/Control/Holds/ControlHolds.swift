public import Ledger
public import Metering

/// What the control plane asks of held calls, and decides about them.
public struct ControlHolds: Sendable {
  /// Those that can still be decided, and the last that ended: what the ledger may not have yet.
  var recent: @Sendable () -> [HoldRecord]
  var kept: @Sendable (HoldFilter) async throws -> [HoldRecord]
  var keptHold: @Sendable (CallID) async throws -> HoldRecord?
  var decide: Decide

  /// Takes a decision in the name of an actor, and says how the hold ended. Throws ``HoldDecisionError``, ``LedgerError``.
  public typealias Decide =
    @Sendable (_ hold: CallID, HoldDecision, _ actor: String, _ reason: String?) async throws -> HoldRecord

  /// - Parameters:
  ///   - kept: those that the ledger keeps.
  ///   - recent: those that can still be decided, and the last that ended.
  public init(kept: LedgerHolds, recent: @escaping @Sendable () -> [HoldRecord], decide: @escaping Decide) {
    self.init(
      recent: recent, kept: { try await kept.page($0) }, keptHold: { try await kept.hold($0) }, decide: decide)
  }

  init(
    recent: @escaping @Sendable () -> [HoldRecord], kept: @escaping @Sendable (HoldFilter) async throws -> [HoldRecord],
    keptHold: @escaping @Sendable (CallID) async throws -> HoldRecord?, decide: @escaping Decide
  ) {
    self.recent = recent
    self.kept = kept
    self.keptHold = keptHold
    self.decide = decide
  }

  /// One hold; nil where there is none.
  func hold(_ id: CallID) async throws -> HoldRecord? {
    if let hold = recent().first(where: { $0.id == id }) { return hold }
    return try await keptHold(id)
  }

  /// A page, the newest first.
  func page(_ filter: HoldFilter) async throws -> [HoldRecord] {
    let recent = recent()
    let ids = Set(recent.map(\.id))
    // What is open is here alone: whatever else the ledger has as open has ended meanwhile.
    let kept = filter.state?.isOpen == true ? [] : try await kept(filter).filter { !ids.contains($0.id) }
    let wanted = recent.filter { hold in
      (filter.state.map { $0 == hold.state } ?? true) && (filter.before.map { hold.id < $0 } ?? true)
    }
    return Array((wanted + kept).sorted { $0.id > $1.id }.prefix(filter.limit))
  }
}
