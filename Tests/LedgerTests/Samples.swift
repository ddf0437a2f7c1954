import Glibc
import Logging
import Metering

@testable import Ledger

/// A small generator whose numbers depend on its seed alone.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

extension Admission {
  /// A call with every field in use.
  static func sample(_ id: CallID, startedAt: Timestamp = .testStart) -> Admission {
    Admission(
      id: id, startedAt: startedAt, provider: "anthropic", dialect: "anthropic", method: "POST", path: "/v1/messages",
      model: "claude-sonnet-5", agent: "claude-code/Explore", workflow: "nightly", run: "run-42", isStream: true,
      billing: .metered, upstreamKeyID: "k-17", requestBytes: 4321, promptTokensEstimate: 1234)
  }
}

extension CallRecord {
  /// The plainest record that an admission can become.
  init(_ admission: Admission) {
    self.init(
      id: admission.id, startedAt: admission.startedAt, provider: admission.provider, method: admission.method,
      path: admission.path, agent: admission.agent, workflow: admission.workflow)
    dialect = admission.dialect
    modelRequested = admission.model
    model = admission.model
    run = admission.run
    billing = admission.billing
    isStream = admission.isStream
    upstreamKeyID = admission.upstreamKeyID
    requestBytes = admission.requestBytes
  }

  /// A record with every field in use.
  static func sample(_ id: CallID, startedAt: Timestamp = .testStart) -> CallRecord {
    var record = CallRecord(.sample(id, startedAt: startedAt))
    record.status = 200
    record.outcome = .ok
    record.usage[.input] = 1000
    record.usage[.cachedInput] = 20000
    record.usage[.cacheWrite1h] = 300
    record.usage[.output] = 400
    record.usage[.reasoning] = 50
    record.usage[.webSearch] = 2
    record.usageRaw = #"{"input_tokens":1000}"#
    record.usageSource = .provider
    record.costPicodollars = 123_456_789_012
    record.reportedCostPicodollars = 123_456_789_012
    record.bookCostPicodollars = 123_000_000_000
    record.debitedPicodollars = 123_456_789_012
    record.costSource = .reported
    record.pricedAs = "claude-sonnet-5"
    var context = PricingContext(serviceTier: "standard", processing: "batch", geo: "us")
    context.size = "1024x1024; 50%=&,\n"
    record.pricingContext = context
    record.parts = [UsagePart(model: "m=1;x", context: context, usage: record.usage)]
    record.parts[0].add(record.usage)
    record.serviceTier = "standard"
    record.geo = "us"
    record.toolCalls = [ToolCall(id: "toolu_1", name: "read_file"), ToolCall(id: "", name: "read_file")]
    record.serverToolCalls = ["web_search": 2]
    record.toolResults = 3
    record.finishReason = "tool_use"
    record.error = "overloaded_error"
    record.providerRequestID = "req_1"
    record.providerResponseID = "msg_\(id.rawValue)"
    record.providerProject = "org-1"
    record.timeToFirstTokenMicroseconds = 250_000
    record.durationMicroseconds = 2_500_000
    record.overheadMicroseconds = 85
    record.responseBytes = 98765
    return record
  }

  /// A record with random content from small sets of names, so that groups form.
  static func random(_ id: CallID, startedAt: Timestamp, using generator: inout SeededGenerator) -> CallRecord {
    func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &generator)] }
    var record = CallRecord(
      id: id, startedAt: startedAt, provider: pick(["openai", "anthropic"]), method: "POST", path: "/v1/x",
      agent: pick(["a", "b", "c"]), workflow: pick(["w1", "w2"]))
    record.model = pick([nil, "m1", "m2", "m3"])
    record.run = pick([nil, "r1", "r2"])
    record.virtualKey = pick([nil, "k1", "k2"])
    record.team = pick([nil, "t1", "t2"])
    record.providerProject = pick([nil, "p1", "p2"])
    record.outcome = pick(Outcome.allCases)
    record.usageSource = pick(UsageSource.allCases)
    record.billing = pick(Billing.allCases)
    record.costSource = pick(CostSource.allCases)
    record.costPicodollars = record.costSource == .unpriced ? nil : Int64.random(in: 0 ... .max / 4, using: &generator)
    record.bookCostPicodollars = pick([nil, 5, .max / 8])
    for cell in UsageCell.allCases where Bool.random(using: &generator) {
      record.usage[cell] = Int64.random(in: 0...1 << 40, using: &generator)
    }
    for _ in 0..<pick([0, 0, 1, 3]) {
      record.toolCalls.append(ToolCall(id: "t", name: pick(["bash", "grep", "edit"])))
    }
    return record
  }
}

/// What a recovery makes of a call in tests: its usage and whether it was sent stay visible.
@Sendable func recovered(_ call: RecoveredCall) -> RecoveredRow {
  var record = CallRecord(call.admission)
  record.model = call.model ?? call.admission.model
  record.providerResponseID = call.responseID
  record.usage = call.usage
  record.usageSource = .recovered
  record.status = call.status
  record.error = call.wasSent ? "sent" : "not_sent"
  return RecoveredRow(record)
}

/// A ledger for tests: few slots, no reserve, a clock that stands still.
func openLedger(
  _ directory: String, clock: TestClock = TestClock(), slots: Int = 64, logger: Logger = LogBook().logger,
  observer: LedgerObserver = LedgerObserver(), change: (inout LedgerConfiguration) -> Void = { _ in }
) throws -> Ledger {
  var configuration = LedgerConfiguration(directory: directory)
  configuration.inFlightMax = slots
  configuration.diskReserveBytes = 0
  change(&configuration)
  return try Ledger(
    configuration: configuration, logger: logger, observer: observer, now: { clock.now }, recover: recovered)
}

extension Ledger {
  /// Admits and settles a call with this record.
  func put(_ record: CallRecord) throws {
    settle(try admit(.sample(record.id, startedAt: record.startedAt)), as: record)
  }

  func allCalls(_ change: (inout CallFilter) -> Void = { _ in }) async throws -> [CallRecord] {
    var filter = CallFilter()
    filter.limit = 1000
    change(&filter)
    return try await calls(filter)
  }
}
