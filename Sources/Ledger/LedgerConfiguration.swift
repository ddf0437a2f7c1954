/// How the ledger stores and for how long.
public struct LedgerConfiguration: Sendable {
  /// The data directory: made with mode 0700, refused if another process holds it.
  public var directory: String
  /// Calls in flight at once; one more is refused. 1...65,536.
  public var inFlightMax = 8192
  /// How long rows are kept, in days. 1...36,500.
  public var rowRetentionDays = 90
  /// How long hourly roll-ups are kept, in months. 1...1,200.
  public var rollupRetentionMonths = 25
  /// Rows waiting to be committed at most; beyond it calls are refused. A row that waits still holds its slot, so that
  /// ``inFlightMax`` is the limit wherever it is the smaller one.
  public var queueMax = 65536
  /// Free space on the file system below which no call is admitted, in bytes: what is left is for the rows of calls
  /// that are in flight.
  public var diskReserveBytes: Int64 = 8 << 20

  public init(directory: String) { self.directory = directory }

  /// Throws where a number is out of its range.
  func validate() throws(LedgerError) {
    try Self.check("inFlightMax", inFlightMax, in: 1...65536)
    try Self.check("rowRetentionDays", rowRetentionDays, in: 1...36500)
    try Self.check("rollupRetentionMonths", rollupRetentionMonths, in: 1...1200)
    try Self.check("queueMax", queueMax, in: 1...1 << 24)
    try Self.check("diskReserveBytes", Int(diskReserveBytes), in: 0...1 << 50)
  }

  private static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(LedgerError) {
    guard !range.contains(value) else { return }
    throw .configuration("\(name) is \(value): give a number from \(range.lowerBound) to \(range.upperBound)")
  }
}
