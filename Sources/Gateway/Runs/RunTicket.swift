import Budgets
import Runs

/// A call's place in its run. When it is let go, the run knows how the call ended, so that none is under way for ever.
struct RunTicket: ~Copyable {
  let linked: LinkedCall
  /// What guardrails said, and which tools the call answers; nothing where the run does not count it.
  private(set) var admission: RunAdmission
  /// Why the call comes to nothing, should nobody say what its reply was.
  var failure = RunFailure.aborted

  private let desk: RunDesk
  /// Nil where the run does not count the call.
  private var call: BudgetCall?
  /// What guardrails refused; nil where they refused nothing.
  private var refused: RunEntry?
  /// The limits that a person let the call pass.
  private var excused: [GuardrailTrip] = []
  private var isTold = false

  init(
    _ linked: LinkedCall, counted entry: RunEntry? = nil,
    _ admission: RunAdmission = RunAdmission(),
    desk: RunDesk
  ) {
    self.linked = linked
    self.admission = admission
    self.desk = desk
    // What a guardrail refused, the monitor has not counted.
    call = admission.answer.passes ? entry?.call : nil
    refused = admission.answer.passes ? nil : entry
  }

  /// Asks again for a call that guardrails refused, once a person has let it pass.
  ///
  /// - Parameter trip: the limit that only this call may pass; nil where the run itself was released.
  /// - Returns: whether it passes now.
  mutating func admitAgain(excusing trip: GuardrailTrip?) -> Bool {
    guard let entry = refused else { return true }
    if let trip { excused.append(trip) }
    admission = desk.admitAgain(linked, entry, excusing: excused)
    guard admission.answer.passes else { return false }
    call = entry.call
    refused = nil
    return true
  }

  /// Tells the run what the call's reply was.
  ///
  /// - Parameter other: the call, where the run does not count it.
  /// - Returns: what is wrong with the run, each once.
  mutating func end(_ end: RunCallEnd, of other: @autoclosure () -> BudgetCall) -> [Anomaly] {
    guard !isTold else { return [] }
    isTold = true
    return desk.end(linked, call ?? other(), isCounted: call != nil, end)
  }

  deinit { if !isTold { desk.drop(linked, call, admission, because: failure) } }
}
