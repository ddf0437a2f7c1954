import Dialects
import Logging
import Metering
import Synchronization

/// Tells the operator, once for each agent, what would make its figures exact.
final class AgentHints: Sendable {
  /// Agents that have been told of; beyond this many nobody is, so that names that callers choose cannot fill memory.
  private static let agentsMax = 1_000

  private let told = Mutex<Set<String>>([])
  private let logger: Logger

  init(logger: Logger) {
    self.logger = logger
  }

  /// Looks at a settled call. LangChain and AutoGen leave usage out of streams behind a base URL that is not OpenAI's.
  func note(_ record: CallRecord, request: RequestFacts, endpoint: Endpoint?) {
    guard record.usageSource == .counted || record.usageSource == .atLeast, record.outcome == .ok, request.wantsStream,
      !request.wantsStreamUsage
    else { return }
    guard endpoint?.operation == .chatCompletions || endpoint?.operation == .completions else { return }
    let isNew = told.withLock { $0.count < Self.agentsMax && $0.insert(record.agent).inserted }
    guard isNew else { return }
    logger.notice(
      "An agent streams without asking for usage, so its tokens are counted by Tollgate. Set `stream_usage: ask` for the provider, or have the client send stream_options.include_usage (LangChain: stream_usage=True).",
      metadata: ["agent": "\(record.agent)", "provider": "\(record.provider)"])
  }
}
