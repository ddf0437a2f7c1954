public import Logging
public import Metering

// CONTRACT SKETCH: the owner of Ledger replaces the bodies and splits the file; the signatures are what Gateway, Control and
// the command line call. Additions are welcome, changes are agreed.

/// Why a call cannot be admitted.
public enum AdmissionRefusal: Error, Sendable, Equatable {
  /// The disk is full or read-only, or the database failed: nothing that is forwarded could be accounted for.
  case ledgerUnavailable(reason: String)
  /// Every slot of the in-flight file is taken.
  case tooManyInFlight(limit: Int)
  /// The ledger is closing.
  case closing
}

/// What is written into the in-flight file before a call is forwarded. Strings longer than a slot's field are cut at a
/// UTF-8 boundary.
public struct Admission: Sendable {
  public var id: CallID
  public var startedAt: Timestamp
  public var provider: String
  public var dialect: String?
  public var method: String
  public var path: String
  public var model: String?
  public var agent: String
  public var workflow: String
  public var run: String?
  public var isStream: Bool
  public var billing: Billing
  public var upstreamKeyID: String?
  public var requestBytes: Int64
  /// What the call is charged as if the process dies after it was sent and before any usage came: a bound of the prompt.
  public var promptTokensEstimate: Int64

  public init(
    id: CallID, startedAt: Timestamp, provider: String, dialect: String?, method: String, path: String, model: String?,
    agent: String, workflow: String, run: String?, isStream: Bool, billing: Billing, upstreamKeyID: String?,
    requestBytes: Int64, promptTokensEstimate: Int64
  ) {
    self.id = id
    self.startedAt = startedAt
    self.provider = provider
    self.dialect = dialect
    self.method = method
    self.path = path
    self.model = model
    self.agent = agent
    self.workflow = workflow
    self.run = run
    self.isStream = isStream
    self.billing = billing
    self.upstreamKeyID = upstreamKeyID
    self.requestBytes = requestBytes
    self.promptTokensEstimate = promptTokensEstimate
  }
}

/// A call that has been admitted: it is settled exactly once, by type.
public struct Ticket: ~Copyable, Sendable {
  public let id: CallID
  let slot: Int

  /// Says that the request is about to be sent. Called on the curl thread right before the first byte goes out.
  public func markSent() {}

  /// Stores what is known so far, for a process that dies before the call ends.
  public func store(usage: Usage, outputTextBytes: Int64, model: String?, responseID: String?, status: Int) {}
}

/// How the ledger stores and for how long.
public struct LedgerConfiguration: Sendable {
  /// The data directory: made with mode 0700, refused if another process holds it.
  public var directory: String
  /// Calls in flight at once; one more is refused.
  public var inFlightMax = 8192
  /// How long rows are kept, in days.
  public var rowRetentionDays = 90
  /// How long hourly roll-ups are kept, in months.
  public var rollupRetentionMonths = 25
  /// Rows waiting to be committed at most; beyond it calls are refused.
  public var queueMax = 65536

  public init(directory: String) { self.directory = directory }
}

/// The embedded ledger: one SQLite file, one thread that writes it, one mapped file of calls in flight.
public final class Ledger: Sendable {
  /// Opens or makes the data directory, migrates the schema and settles what a dead process left behind: each of its calls
  /// is passed to `recover`, which prices it, and committed before this returns.
  ///
  /// - Parameter now: the wall clock, injected.
  public init(
    configuration: LedgerConfiguration, logger: Logger, now: @escaping @Sendable () -> Timestamp,
    recover: (RecoveredCall) -> CallRecord
  ) throws {}

  /// A new id, greater than every one given before, also over restarts.
  public func nextCallID() -> CallID { CallID(rawValue: 0) }

  /// Claims a slot for a call. Never waits for the disk.
  public func admit(_ admission: Admission) throws(AdmissionRefusal) -> Ticket { throw .closing }

  /// Settles a call with its one row, committed at the latest 20 ms on; the slot is freed after that commit. Never waits.
  public func settle(_ ticket: consuming Ticket, as record: CallRecord) {}

  /// Gives a slot back without a row: the call was refused before anything was forwarded.
  public func void(_ ticket: consuming Ticket) {}

  /// Whether calls are admitted, and why not.
  public var health: LedgerHealth { LedgerHealth(isAvailable: true, reason: nil) }

  /// Commits what is queued and closes. Waits.
  public func close() {}
}

/// Whether the ledger admits calls.
public struct LedgerHealth: Sendable, Equatable {
  public var isAvailable: Bool
  public var reason: String?
}

/// A call of a process that died, as its slot had it.
public struct RecoveredCall: Sendable {
  public var admission: Admission
  /// Whether the request was about to be sent, or sent: false = the upstream never saw it.
  public var wasSent: Bool
  public var usage: Usage
  public var outputTextBytes: Int64
  public var model: String?
  public var responseID: String?
  public var status: Int
}

/// Which calls to list, newest first.
public struct CallFilter: Sendable {
  public var agent: String?
  public var workflow: String?
  public var run: String?
  public var model: String?
  public var provider: String?
  public var outcome: Outcome?
  public var providerResponseID: String?
  /// [from, to)
  public var from: Timestamp?
  public var to: Timestamp?
  /// Only calls older than this one: the cursor.
  public var before: CallID?
  /// 1...1,000.
  public var limit = 100
  public init() {}
}

/// What a summary is grouped by.
public enum SummaryDimension: String, Sendable, CaseIterable {
  case agent, workflow, model, provider, tool, day, hour, billing, run
}

/// One row of a summary.
public struct SummaryRow: Sendable {
  /// The value of each dimension asked for, in that order; nil where the call had none.
  public var key: [String?]
  public var calls: Int64
  public var usage: Usage
  /// Exact: wider than one call's cost, since a sum of Int64 pico-dollars ends at 9.2 million USD.
  public var costPicodollars: Int128
  public var costBySource: [UsageSource: Int128]
  /// Cost under a subscription login: what it would have been. Not part of ``costPicodollars``.
  public var subscriptionPicodollars: Int128
  public var unpricedCalls: Int64
  public var toolCalls: Int64
  public var errors: Int64
}

extension Ledger {
  /// Sees every row that was settled before it was called.
  public func calls(_ filter: CallFilter) async throws -> [CallRecord] { [] }
  public func call(_ id: CallID) async throws -> CallRecord? { nil }
  public func summary(by: [SummaryDimension], from: Timestamp?, to: Timestamp?, utcOffsetSeconds: Int) async throws
    -> [SummaryRow]
  { [] }
  /// Whether a call with this provider response id has been settled with usage: what is polled is counted once.
  /// Answered from a bounded memory of recent ids, filled from the file at start.
  public func hasCounted(provider: String, responseID: String) -> Bool { false }
}
