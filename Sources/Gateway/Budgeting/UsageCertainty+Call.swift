import Budgets
import Dialects
import Ledger
import Metering
import Upstream

extension UsageCertainty {
  /// How much is known of what a call used that has ended.
  init(of record: borrowing CallRecord, call: Call, reply: ReplyFacts, end: TransferEnd) {
    let status = call.reply.status
    // What was refused, or failed before anything was generated, is not billed; what no dialect understands has a fixed charge.
    let mayBeBilled = status == 0 || (200..<300).contains(status)
    let isReported = record.usageSource == .provider && reply.isTerminal
    let hasFailed = reply.errorCode != nil && reply.outputTextBytes == 0
    if call.endpoint == nil || !mayBeBilled || isReported || hasFailed || call.isSeenWhole(reply, end) {
      self = .whole
    } else {
      self = call.reply.framing.isStream ? .partial : .none
    }
  }

  /// The same of a call whose process died.
  init(of call: RecoveredCall) {
    let mayBeBilled = call.status == 0 || (200..<300).contains(call.status)
    let isSettled = call.settlement.map { $0.outcome == .ok || $0.usageSource == .provider } ?? false
    if !mayBeBilled || isSettled { self = .whole } else { self = call.admission.isStream ? .partial : .none }
  }
}

extension CallRecord {
  /// Notes that budgets in dollars took more than the call is known to have cost.
  mutating func raiseDebited(to debits: [BudgetDebit]) {
    guard let most = debits.lazy.filter({ $0.unit == .usd }).map(\.amount).max(), most > debitedPicodollars ?? 0 else {
      return
    }
    debitedPicodollars = most
  }
}
