import Glibc
import Synchronization

@testable import Upstream

/// Look-ups that take as long as a test wants: each waits for an answer.
final class ScriptedNames: Sendable {
  private struct State {
    var asked: [String] = []
    var answers: [String: [NameLookup]] = [:]
    var answerToAll: NameLookup?
  }

  private let state = Mutex(State())

  /// What ``NameResolver`` calls, on a thread of its own.
  var lookUp: @Sendable (String) -> NameLookup {
    { [self] name in
      self.state.withLock { $0.asked.append(name) }
      while true {
        let answer = self.state.withLock { state -> NameLookup? in
          guard let answers = state.answers[name], let first = answers.first else { return state.answerToAll }
          state.answers[name] = Array(answers.dropFirst())
          return first
        }
        if let answer { return answer }
        usleep(500)
      }
    }
  }

  var asked: [String] { self.state.withLock { $0.asked } }

  func answer(_ name: String, _ answer: NameLookup) {
    self.state.withLock { $0.answers[name, default: []].append(answer) }
  }

  func answerAll(_ answer: NameLookup) {
    self.state.withLock { $0.answerToAll = answer }
  }

  func untilAsked(_ count: Int) async {
    while self.asked.count < count { await Task.yield() }
  }

  func untilIdle(_ resolver: NameResolver) async {
    while resolver.pendingCount > 0 { await Task.yield() }
  }
}

/// One question to a resolver.
final class LookupWaiter: Sendable {
  private struct State {
    var result: NameLookup?
    var continuation: CheckedContinuation<NameLookup, Never>?
  }

  private let state = Mutex(State())

  init(_ resolver: NameResolver, _ name: String) {
    let answer = resolver.resolve(name) { [self] lookup in self.finish(lookup) }
    if case .known(let lookup) = answer { self.finish(lookup) }
  }

  /// The answer, if it has come.
  var known: NameLookup? { self.state.withLock { $0.result } }

  func result() async -> NameLookup {
    await withCheckedContinuation { continuation in
      let known = self.state.withLock { state in
        if state.result == nil { state.continuation = continuation }
        return state.result
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  private func finish(_ lookup: NameLookup) {
    let continuation = self.state.withLock { state in
      state.result = lookup
      return state.continuation
    }
    continuation?.resume(returning: lookup)
  }
}
