public import Budgets
public import Metering

/// A call of a process that died, as its slot had it.
public struct RecoveredCall: Sendable, Equatable {
  public var admission: Admission
  /// Whether the request was about to be sent, or sent: false = the upstream never saw it.
  public var wasSent: Bool
  public var usage: Usage
  /// Bytes of text that the reply had brought by then.
  public var outputTextBytes: Int64
  public var model: String?
  public var responseID: String?
  /// The upstream's status; 0 where no head had come.
  public var status: Int
  /// What the call had been settled as, where the process died between its end and the commit of its row.
  public var settlement: Settlement?

  /// The part of a call's row that its slot holds once the call is settled.
  public struct Settlement: Sendable, Equatable {
    public var outcome: Outcome
    public var usageSource: UsageSource
    public var costSource: CostSource
    public var costPicodollars: Int64?
    public var durationMicroseconds: Int64
  }
}

extension RecoveredCall.Settlement {
  init(of record: CallRecord) {
    self.init(
      outcome: record.outcome, usageSource: record.usageSource, costSource: record.costSource,
      costPicodollars: record.costPicodollars, durationMicroseconds: record.durationMicroseconds)
  }
}

/// What becomes of a recovered call.
public struct RecoveredRow: Sendable {
  public var record: CallRecord
  /// What it took of budgets.
  public var debits: [BudgetDebit]
  /// Whether it was one of a model.
  public var isModelCall: Bool

  public init(_ record: CallRecord, debits: [BudgetDebit] = [], isModelCall: Bool = true) {
    self.record = record
    self.debits = debits
    self.isModelCall = isModelCall
  }

  /// What is committed with it.
  var extras: CallExtras { CallExtras(debits: debits, isModelCall: isModelCall) }
}

extension RecoveredCall {
  /// The row that the ledger commits: what `recover` made of the call, under the call's own id; and where the call
  /// had been settled before the process died, with what it was settled as.
  func row(_ recover: (RecoveredCall) -> RecoveredRow) -> RecoveredRow {
    var row = recover(self)
    row.record.id = admission.id
    if let settlement { settle(&row.record, as: settlement) }
    return row
  }

  private func settle(_ record: inout CallRecord, as settlement: Settlement) {
    record.outcome = settlement.outcome
    record.usage = usage
    record.usageSource = settlement.usageSource
    record.costSource = settlement.costSource
    record.costPicodollars = settlement.costPicodollars
    // Budgets may have taken more than the call is known to have cost.
    record.debitedPicodollars = settlement.costPicodollars.map { max($0, record.debitedPicodollars ?? 0) }
    if settlement.costSource == .reported { record.reportedCostPicodollars = settlement.costPicodollars }
    record.durationMicroseconds = settlement.durationMicroseconds
    record.status = status
  }
}
