extension Outage {
  /// What an error of SQLite means, in words for the operator.
  init(_ failure: SQLiteFailure, directory: String) {
    let fault = failure.fault
    self.init(
      fault: fault, reason: Self.sentence(fault, directory: directory, detail: failure.text),
      end: fault == .syncFailed || fault == .corrupt ? .restart : .itself)
  }

  /// The sync of the write-ahead log failed.
  static func syncFailed(directory: String, detail: String) -> Outage {
    Outage(
      fault: .syncFailed, reason: sentence(.syncFailed, directory: directory, detail: detail), end: .restart)
  }

  static func lowSpace(directory: String, availableBytes: Int64, reserveBytes: Int64) -> Outage {
    let detail = "\(availableBytes) bytes are free, the reserve is \(reserveBytes)"
    return Outage(fault: .diskFull, reason: sentence(.diskFull, directory: directory, detail: detail), end: .itself)
  }

  static func readOnly(directory: String) -> Outage {
    let detail = "its file system is mounted read-only"
    return Outage(fault: .readOnly, reason: sentence(.readOnly, directory: directory, detail: detail), end: .itself)
  }

  private static func sentence(_ fault: LedgerFault, directory: String, detail: String) -> String {
    let (what, advice) = words(fault)
    return "the ledger in \(directory) cannot be written: \(what) (\(detail)); \(advice)"
  }

  private static func words(_ fault: LedgerFault) -> (what: String, advice: String) {
    switch fault {
    case .diskFull: ("the disk is full", "free some space, and calls are admitted again within seconds")
    case .readOnly: ("it is read-only", "make it writable, and calls are admitted again within seconds")
    case .busy:
      ("another program holds the database's lock", "end that program, and calls are admitted again within seconds")
    case .inputOutput:
      ("reading or writing failed", "check the disk; it is tried again each second")
    case .syncFailed:
      (
        "the disk did not confirm what was written",
        "check the disk, then restart Tollgate: what is unsettled is recovered"
      )
    case .corrupt: ("the database is damaged", "restore it from a backup, or move it away, then restart Tollgate")
    case .rowRejected, .ticketDropped, .slotDamaged, .other:
      ("SQLite reported an error", "it is tried again each second")
    }
  }
}
