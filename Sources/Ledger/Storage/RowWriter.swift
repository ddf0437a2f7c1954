import GRDBSQLite
import Metering

/// Writes calls and their tools, inside a transaction of the writer. Confined to the thread that owns the connection.
final class RowWriter {
  /// The provider's usage object is kept up to this size; a larger one is left out whole, since a part of it says
  /// nothing.
  static let usageRawBytesMax = 16384
  /// Tools of one call that are kept by name; the count is of all.
  static let toolsPerCallMax = 1024

  private let connection: OpaquePointer
  private let names: Names
  private let insertCall: PreparedStatement
  private let insertTool: PreparedStatement

  init(_ connection: OpaquePointer, names: Names) throws(SQLiteFailure) {
    self.connection = connection
    self.names = names
    let marks = repeatElement("?", count: CallColumn.all.count).joined(separator: ", ")
    insertCall = try PreparedStatement(
      connection, "INSERT OR IGNORE INTO calls (\(CallColumn.list)) VALUES (\(marks))")
    insertTool = try PreparedStatement(
      connection, "INSERT INTO tool_calls (call, position, tool, tool_call_id, times) VALUES (?, ?, ?, ?, ?)")
  }

  /// Whether the call was new; false = there is a row with its id, which stays as it is.
  func insert(_ record: borrowing CallRecord, isModelCall: Bool) throws(SQLiteFailure) -> Bool {
    try bindNames(record)
    try bindNumbers(record)
    bind(isModelCall ? 1 : 0, .isModelCall)
    for cell in usageCells {
      insertCall.bind(record.usage[cell], at: CallColumn.firstUsage &+ 1 &+ Int32(truncatingIfNeeded: cell.rawValue))
    }
    let parts = record.parts.isEmpty ? nil : record.parts.map(\.text).joined(separator: "\n")
    try insertCall.bind(parts, at: CallColumn.usageParts &+ 1)
    let raw = record.usageRaw.flatMap { $0.utf8.count <= Self.usageRawBytesMax ? $0 : nil }
    try insertCall.bind(raw, at: CallColumn.usageRaw &+ 1)
    try insertCall.run()
    guard sqlite3_changes(connection) == 1 else { return false }
    try insertTools(of: record)
    return true
  }

  private func bindNames(_ record: borrowing CallRecord) throws(SQLiteFailure) {
    try bind(record.provider, .provider)
    try bind(record.dialect, .dialect)
    try bind(record.method, .method)
    try bind(record.path, .path)
    try bind(record.modelRequested, .modelRequested)
    try bind(record.model, .model)
    try bind(record.agent, .agent)
    try bind(record.workflow, .workflow)
    try bind(record.pricedAs, .pricedAs)
    try bind(record.pricingContext?.text, .priceContext)
    try bind(record.serviceTier, .serviceTier)
    try bind(record.geo, .geo)
    try bind(record.finishReason, .finishReason)
    try bind(record.error, .error)
    try bind(record.providerProject, .providerProject)
    try bind(record.upstreamKeyID, .upstreamKeyID)
    try bind(record.virtualKey, .virtualKey)
    try bind(record.team, .team)
    try insertCall.bind(record.run, at: CallColumn.run.rawValue &+ 1)
    try bindPlace(record.place)
    try insertCall.bind(record.providerRequestID, at: CallColumn.providerRequestID.rawValue &+ 1)
    try insertCall.bind(record.providerResponseID, at: CallColumn.providerResponseID.rawValue &+ 1)
  }

  private func bindPlace(_ place: RunPlace?) throws(SQLiteFailure) {
    bind(place?.source.code, .runSource)
    try insertCall.bind(place?.parentRun, at: CallColumn.parentRun.rawValue &+ 1)
    try insertCall.bind(place?.node, at: CallColumn.node.rawValue &+ 1)
    try insertCall.bind(place?.parentNode, at: CallColumn.parentNode.rawValue &+ 1)
    bind(place.map { Int64($0.depth) }, .depth)
    bind(place.map { $0.isRetry ? 1 : 0 }, .isRetry)
  }

  private func bindNumbers(_ record: borrowing CallRecord) throws(SQLiteFailure) {
    bind(record.id.rawValue, .id)
    bind(record.startedAt.unixMicroseconds, .startedAt)
    bind(Int64(record.status), .status)
    bind(record.outcome.code, .outcome)
    bind(record.isStream ? 1 : 0, .isStream)
    bind(record.usageSource.code, .usageSource)
    bind(record.costPicodollars, .cost)
    bind(record.reportedCostPicodollars, .reportedCost)
    bind(record.bookCostPicodollars, .bookCost)
    bind(record.debitedPicodollars, .debited)
    bind(record.costSource.code, .costSource)
    bind(record.billing.code, .billing)
    bind(Int64(record.toolCalls.count), .toolCalls)
    bind(Int64(record.serverToolCalls.count), .serverTools)
    bind(Int64(record.toolResults), .toolResults)
    bind(record.timeToFirstTokenMicroseconds, .timeToFirstToken)
    bind(record.durationMicroseconds, .duration)
    bind(record.overheadMicroseconds, .overhead)
    bind(record.requestBytes, .requestBytes)
    bind(record.responseBytes, .responseBytes)
  }

  /// Tools that the client is asked to call have an id, be it empty; tools that the provider ran have none.
  private func insertTools(of record: borrowing CallRecord) throws(SQLiteFailure) {
    var position: Int64 = 0
    for tool in record.toolCalls.prefix(Self.toolsPerCallMax) {
      try insertTool(tool.name, id: tool.id, times: 1, call: record.id, position: position)
      position &+= 1
    }
    guard !record.serverToolCalls.isEmpty else { return }
    for (name, times) in record.serverToolCalls.sorted(by: { $0.key < $1.key }).prefix(Self.toolsPerCallMax) {
      try insertTool(name, id: nil, times: Int64(times), call: record.id, position: position)
      position &+= 1
    }
  }

  private func insertTool(
    _ name: String, id: String?, times: Int64, call: CallID, position: Int64
  ) throws(SQLiteFailure) {
    insertTool.bind(call.rawValue, at: 1)
    insertTool.bind(position, at: 2)
    try insertTool.bind(try names.stored(name), at: 3)
    try insertTool.bind(id, at: 4)
    insertTool.bind(times, at: 5)
    try insertTool.run()
  }

  private func bind(_ name: String?, _ column: CallColumn) throws(SQLiteFailure) {
    guard let name else {
      insertCall.bind(nil as Int64?, at: column.rawValue &+ 1)
      return
    }
    try insertCall.bind(try names.stored(name, place: Int(column.rawValue)), at: column.rawValue &+ 1)
  }

  private func bind(_ value: Int64?, _ column: CallColumn) {
    insertCall.bind(value, at: column.rawValue &+ 1)
  }
}
