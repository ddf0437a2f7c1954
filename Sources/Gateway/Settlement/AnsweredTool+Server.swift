import Dialects
import Metering

extension AnsweredTool {
  /// The tools that a call of a server of tools asked for and that its own reply answers.
  static func answered(by reply: ReplyFacts, to record: CallRecord) -> [AnsweredTool] {
    let took = record.durationMicroseconds
    let end = Timestamp(unixMicroseconds: record.startedAt.unixMicroseconds &+ took)
    return zip(reply.toolCalls, reply.toolOutcomes).enumerated().compactMap { position, answer in
      answer.1.map { outcome in
        AnsweredTool(
          call: record.id, position: position, answeredAt: end, isError: outcome == .error, tool: answer.0.name,
          tookMicroseconds: took)
      }
    }
  }
}
