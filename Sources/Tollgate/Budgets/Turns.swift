import Synchronization

/// Lets changes be made one after another, in the order in which they were asked for.
final class Turns: Sendable {
  private let last = Mutex<Task<Void, Never>?>(nil)

  /// Runs `body` after every one that came before has ended.
  func next<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = last.withLock { last -> Task<Value, any Error> in
      let before = last
      let task = Task { () async throws -> Value in
        await before?.value
        return try await body()
      }
      last = Task { _ = await task.result }
      return task
    }
    return try await task.value
  }
}
