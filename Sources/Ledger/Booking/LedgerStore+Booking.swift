import Metering
import Observability

/// Entries, inside a transaction.
extension LedgerStore {
  /// The id of the entry: the new one, or the one that was booked under the same key.
  ///
  /// - Parameter actor: whom the audit log shows.
  func book(_ correction: Correction, by actor: String, now: Timestamp) throws -> Int64 {
    if let key = correction.requestKey, let booked = try entry(underKey: key) { return booked }
    switch correction.target {
    case .day(let day, let scope):
      guard day &* 24 >= Retention.firstRollupHour(now: now, months: rollupRetentionMonths) else {
        throw LedgerError.booking("the day is older than the \(rollupRetentionMonths) months that totals are kept")
      }
      // At noon, so that the amount falls on the day of that name from 12 hours west to 11 hours east of Greenwich; what is
      // booked for a morning that is not over, at once, so that reports until now have it.
      let start = day &* 24 &* microsecondsPerHour
      let noon = Timestamp(unixMicroseconds: start &+ 12 &* microsecondsPerHour)
      let effectiveAt = now.unixMicroseconds >= start ? min(noon, now) : noon
      return try writeAudited(
        AdjustmentEntry(
          bookedAt: now, effectiveAt: effectiveAt, kind: .correction, scope: scope, billing: .metered,
          usageSource: .none,
          deltaPicodollars: correction.deltaPicodollars, reason: correction.reason, who: correction.who,
          requestKey: correction.requestKey), by: actor)
    case .call(let id):
      guard let call = try call(id) else { throw LedgerError.booking("there is no call \(id)") }
      return try writeAudited(
        AdjustmentEntry(
          bookedAt: now, effectiveAt: call.startedAt, kind: .correction, call: id, scope: AdjustmentScope(of: call),
          billing: call.billing, usageSource: call.usageSource, deltaPicodollars: correction.deltaPicodollars,
          reason: correction.reason, who: correction.who, requestKey: correction.requestKey), by: actor)
    }
  }

  /// The amounts that were booked.
  ///
  /// - Parameter actor: whom the audit log shows.
  func book(_ repricings: [Repricing], _ query: RepriceQuery, by actor: String, now: Timestamp) throws -> [Int128] {
    let balances = try CallBalances(connection)
    var amounts: [Int128] = []
    for repricing in repricings where try hasCall(repricing.call.id) {
      let balance = try balances.balance(of: repricing.call.id)
      guard let entry = repricing.entry(after: balance, query, now: now) else { continue }
      _ = try write(entry)
      amounts.append(entry.deltaPicodollars)
    }
    if !amounts.isEmpty {
      let after = JSONWriter.text { writer in
        writer.key("repriced")
        writer.integer(amounts.count)
        writer.key("delta_pico_usd")
        writer.integer(amounts.reduce(Int128(0), +))
        writer.key("reason")
        writer.string(query.reason)
      }
      try audit(
        AuditedChange(actor: actor, action: "adjustment.reprice", subject: query.provider ?? "*", after: after), at: now
      )
    }
    return amounts
  }

  /// An entry of an operator, and in the audit log.
  private func writeAudited(_ entry: AdjustmentEntry, by actor: String) throws -> Int64 {
    let id = try write(entry)
    let after = JSONWriter.text { writer in
      writer.key("id")
      writer.integer(id)
      writer.key("call")
      writer.string(entry.call?.description)
      writer.key("provider")
      writer.string(entry.scope.provider)
      writer.key("effective_at")
      writer.string(entry.effectiveAt.rfc3339)
      writer.key("delta_pico_usd")
      writer.integer(entry.deltaPicodollars)
      writer.key("reason")
      writer.string(entry.reason)
      writer.key("who")
      writer.string(entry.who)
    }
    try audit(
      AuditedChange(
        actor: actor, action: "adjustment.book", subject: entry.call?.description ?? entry.scope.provider, after: after),
      at: entry.bookedAt)
    return id
  }

  private func write(_ entry: AdjustmentEntry) throws(SQLiteFailure) -> Int64 {
    let id = try adjustments.write(entry)
    try rollups.add(entry)
    try runs.add(entry)
    return id
  }

  private func entry(underKey key: String) throws(SQLiteFailure) -> Int64? {
    let statement = try PreparedStatement(connection, "SELECT id FROM adjustments WHERE request_key = ?")
    try statement.bind(key, at: 1)
    return try statement.step() ? statement.int64(0) : nil
  }

  private func call(_ id: CallID) throws -> CallRecord? {
    try CallQuery.call(id, ReadContext(connection: connection, names: NameTexts(connection)))
  }
}
