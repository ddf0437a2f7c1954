import UnixSignals

/// The first SIGTERM or SIGINT lets calls end; the second ends them.
enum SecondSignal {
  /// Does `work`, and cancels it when the second signal comes.
  ///
  /// - Returns: whether the work ended by itself.
  static func cancelling(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
    try await withThrowingTaskGroup(of: Bool.self) { tasks in
      tasks.addTask {
        try await work()
        return true
      }
      tasks.addTask {
        var count = 0
        for await _ in await UnixSignalsSequence(trapping: [.sigterm, .sigint]) {
          count += 1
          if count == 2 { break }
        }
        return false
      }
      let isDone = try await tasks.next() ?? true
      tasks.cancelAll()
      if !isDone { while try await tasks.next() != nil {} }
      return isDone
    }
  }
}
