public import Metering

/// A tool that a reply asked for, with what became of it.
public struct RunTool: Sendable, Equatable {
  public var name: String
  /// The id that the model gave it; nil for a tool that the provider ran.
  public var id: String?
  /// How many times, where the provider ran it.
  public var times: Int64
  /// What the request with its result said; nil where none came.
  public var answer: Answer?

  /// What a result said of a tool.
  public struct Answer: Sendable, Equatable {
    /// When the request with the result came.
    public var at: Timestamp
    public var isError: Bool
    /// From the reply that asked to the request with the result, or what the client itself measured.
    public var tookMicroseconds: Int64

    public init(at: Timestamp, isError: Bool, tookMicroseconds: Int64) {
      self.at = at
      self.isError = isError
      self.tookMicroseconds = tookMicroseconds
    }
  }

  public init(name: String, id: String?, times: Int64 = 1, answer: Answer? = nil) {
    self.name = name
    self.id = id
    self.times = times
    self.answer = answer
  }

  /// Those of some calls, in the order of their replies.
  static func all(of calls: [CallID], _ context: ReadContext) throws -> [CallID: [RunTool]] {
    let row = try PreparedStatement(
      context.connection,
      """
      SELECT tool, tool_call_id, times, answered_at, is_error, took_us FROM tool_calls WHERE call = ? ORDER BY position
      """)
    var tools: [CallID: [RunTool]] = [:]
    for call in calls {
      defer { row.reset() }
      row.bind(call.rawValue, at: 1)
      while try row.step() {
        let answer = row.optionalInt64(3).map { at in
          Answer(at: Timestamp(unixMicroseconds: at), isError: row.int64(4) != 0, tookMicroseconds: row.int64(5))
        }
        tools[call, default: []].append(
          RunTool(
            name: try context.names.text(row.name(0)) ?? "", id: row.text(1), times: row.int64(2), answer: answer))
      }
    }
    return tools
  }
}
