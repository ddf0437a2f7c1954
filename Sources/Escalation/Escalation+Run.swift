public import Ledger
import Logging
import Metering
import Observability
public import ServiceLifecycle
import Synchronization

extension Escalation: Service {
  /// Between two looks: while messages wait, and else.
  private static let busyMilliseconds: Int64 = 100
  private static let idleMilliseconds: Int64 = 500
  /// Between two readings of counters.
  private static let readingMicroseconds: Int64 = 5_000_000
  /// How often what the process before has left is asked for, half a second apart, before alerts are told without it.
  private static let restoresMax = 120

  /// Tells, saves and delivers, until the service group shuts down. What is under way then is sent again by the next process.
  public func run() async throws {
    guard await restoreBeforeTelling() else { return }
    await withDiscardingTaskGroup { group in
      var nextReading = environment.now()
      while !Task.isCancelled {
        let now = environment.now()
        if now >= nextReading {
          nextReading = now + Self.readingMicroseconds
          readCauses(now)
        }
        tell(now)
        await save()
        for (message, receiver) in startDeliveries(now) {
          group.addTask { await self.deliver(message, to: receiver) }
        }
        guard await pause() else { break }
      }
      group.cancelAll()
    }
    await save()
  }

  /// False at the end.
  private func pause() async -> Bool {
    let isBusy = state.withLock { $0.queue.count > 0 }
    do {
      try await cancelWhenGracefulShutdown {
        try await Task.sleep(for: .milliseconds(isBusy ? Self.busyMilliseconds : Self.idleMilliseconds))
      }
      return true
    } catch {
      return false
    }
  }

  /// Takes over what the process before has left. Nothing is told before, as it may have been told already; but where the ledger cannot
  /// be read for a minute, people are told of that from memory.
  ///
  /// - Returns: false at the end of the process.
  private func restoreBeforeTelling() async -> Bool {
    for attempt in 1...Self.restoresMax {
      do {
        try await restore()
        return true
      } catch {
        guard attempt < Self.restoresMax else {
          environment.logger.error(
            "alerts of the last process could not be read: what waits there is delivered after the next start",
            metadata: ["error": "\(error)"])
          break
        }
        noteUnread(error)
      }
      guard await pause() else { return false }
    }
    beginAnew()
    return true
  }

  private func noteUnread(_ error: any Error) {
    guard let suppressed = saveFailures.admit(nowMilliseconds: environment.now().unixMicroseconds / 1000) else {
      return
    }
    environment.logger.error(
      "alerts of the last process cannot be read yet: nothing is told until they are",
      metadata: ["error": "\(error)", "not_logged_before": "\(suppressed)"])
  }

  /// Numbers messages and changes by the clock, which is beyond every count that the ledger may have: it would refuse, or leave out, what has
  /// the numbers of others.
  func beginAnew() {
    let now = environment.now()
    state.withLock { state in
      state.sequence = max(state.sequence, now.unixMicroseconds)
      state.board.beginAnew(at: now)
    }
  }

  /// - Throws: where the ledger cannot be read; then nothing has changed.
  func restore() async throws {
    let contents = try await environment.ledger.contents()
    let now = environment.now()
    let unreadable = state.withLock { state -> Int in
      let waiting = Set(state.board.firingKeys(of: .holdWaiting))
      let unreadable = state.board.restore(contents.states, alerts: contents.alerts, now: now)
      for message in contents.messages {
        for dropped in state.queue.add(message, now: now) { state.unsaved.add(dropped) }
      }
      state.sequence = max(state.sequence, contents.greatestSequence)
      let rules: [AlertRule] = [.upstreamFailing, .unpriced, .unmetered]
      state.watch.resume(rules.flatMap { state.board.firingKeys(of: $0) }, now: now)
      // No held call outlives its process.
      for key in state.board.firingKeys(of: .holdWaiting) where !waiting.contains(key) {
        state.board.resolve(key, now: now)
      }
      return unreadable
    }
    if unreadable > 0 {
      environment.logger.error(
        "states of alerts could not be read: what they stood for may be told again",
        metadata: ["states": "\(unreadable)"])
    }
    resolveReceiversWithoutMessages(now)
  }

  /// A receiver for which nothing waits can give no sign of life.
  private func resolveReceiversWithoutMessages(_ now: Timestamp) {
    state.withLock { state in
      for key in state.board.firingKeys(of: .receiverFailing) where state.queue.waitingCount(key.group.subject) == 0 {
        state.board.resolve(key, now: now)
      }
    }
  }

  /// Looks at what only counters tell.
  func readCauses(_ now: Timestamp) {
    let traffic = environment.traffic()
    let outage = environment.ledgerOutage()
    state.withLock { state in
      for finding in state.watch.note(traffic, now: now) {
        switch finding {
        case .fires(let rule, let facts): fire(rule, .traffic(facts), &state, now: now)
        case .ends(let key): state.board.resolve(key, now: now)
        }
      }
      if let outage {
        fire(.ledgerFailing, .ledger(reason: outage), &state, now: now)
      } else {
        state.board.resolve(.ledger, now: now)
      }
    }
  }

  func fire(_ rule: AlertRule, _ facts: AlertFacts, _ state: inout State, now: Timestamp) {
    guard var names = routing.receivers(of: rule) else { return }
    // Nobody is told by the one that is out of order.
    if case .receiver(let name, _) = facts { names.removeAll { $0 == name } }
    state.board.fire(
      AlertCondition(rule: rule, severity: rule.severity, facts: facts, receivers: names), now: now)
  }

  /// Makes messages of what is due.
  func tell(_ now: Timestamp) {
    let (notices, dropped) = state.withLock { state -> ([AlertNotice], [OutboxMessage]) in
      let notices = state.board.advance(now: now)
      var dropped: [OutboxMessage] = []
      for notice in notices {
        state.unsaved.add(notice.row)
        for receiver in notice.receivers.compactMap({ receivers[$0] }) {
          let message = state.message(notice, to: receiver, now: now)
          state.unsaved.add(message)
          dropped += state.queue.add(message, now: now)
        }
      }
      dropped += state.queue.expire(now: now, isSendable: isSendable)
      for message in dropped { state.unsaved.add(message) }
      let (states, forgotten) = state.board.takeChanges()
      state.unsaved.add(states: states, forgotten: forgotten)
      metrics.note(firing: state.board.firingCount)
      for name in receivers.keys { metrics.note(oldest: state.queue.oldest(name), of: name, now: now) }
      return (notices, dropped)
    }
    for notice in notices {
      environment.logger.notice(
        "an alert is told",
        metadata: [
          "alert": "\(notice.alert)", "status": "\(notice.isFiring ? "firing" : "resolved")",
          "summary": "\(notice.summary)", "receivers": "\(notice.receivers.joined(separator: ","))",
        ])
    }
    noteDropped(dropped)
  }

  /// Tells of messages that were given up.
  func noteDropped(_ messages: [OutboxMessage]) {
    for message in messages {
      metrics.count(.dropped, of: message.receiver)
      environment.logger.error(
        "a message of an alert was given up",
        metadata: [
          "message": "\(message.id)", "alert": "\(message.alert)", "receiver": "\(message.receiver)",
          "outcome": "\(message.lastOutcome ?? "")", "attempts": "\(message.attempts)",
        ])
    }
  }

  /// Commits what the ledger has not been told.
  func save() async {
    let unsaved = state.withLock { state -> UnsavedChanges in
      defer { state.unsaved = UnsavedChanges() }
      return state.unsaved
    }
    guard !unsaved.isEmpty else { return }
    do {
      try await environment.ledger.commit(unsaved.changes, limits: AlertLimits())
    } catch {
      state.withLock { $0.unsaved.putBack(unsaved) }
      guard let suppressed = saveFailures.admit(nowMilliseconds: environment.now().unixMicroseconds / 1000) else {
        return
      }
      environment.logger.error(
        "alerts could not be written into the ledger: they are sent from memory, and a restart loses what waits",
        metadata: ["error": "\(error)", "not_logged_before": "\(suppressed)"])
    }
  }
}

extension Escalation.State {
  mutating func message(_ notice: AlertNotice, to receiver: Receiver, now: Timestamp) -> OutboxMessage {
    sequence &+= 1
    return OutboxMessage(
      id: board.makeIdentifier(prefix: "msg"), sequence: sequence, receiver: receiver.name, alert: notice.alert,
      format: receiver.format, createdAt: now, body: MessageBody.document(notice, as: receiver.format))
  }
}

extension AlertRule {
  /// Of rules that no budget has.
  public var severity: AlertSeverity {
    switch self {
    case .ledgerFailing: .critical
    case .upstreamFailing: .error
    case .budgetRefusing: .error
    case .budgetThreshold, .budgetForecast, .budgetOverrun, .unpriced, .unmetered, .holdWaiting, .guardrailTripped,
      .anomaly, .receiverFailing:
      .warning
    }
  }
}
