public import Ledger
public import Metering

/// The messages that wait, and which of them is sent when: the state machine of delivery. It does no I/O and reads no clock.
///
/// - Each message has its own attempts, by ``DeliverySchedule``, with the same id each time.
/// - A receiver is sent one message at a time, the oldest of those that are due first; and none of an alert while an older one of
///   that alert waits, so that the end of an alert never comes before its beginning.
/// - When a receiver takes a message, what waits for it because it did not answer is due at once.
/// - `retry-after` stops everything to the receiver until then, and takes no attempt from the message, but for one that has had a hundred.
/// - 410 stops everything to the receiver until somebody asks for it again.
public struct DeliveryQueue: Sendable {
  /// Messages that wait at most, and their bodies in bytes. Beyond it the oldest are dropped.
  public static let messagesMax = 5000
  public static let bytesMax = 8 << 20

  /// What an attempt led to.
  public struct Result: Sendable, Equatable {
    /// As it is to be stored.
    public var message: OutboxMessage
    /// The receiver has just begun to fail, so that people are to be told; or works again.
    public var receiverNews: ReceiverNews?
  }

  public enum ReceiverNews: Sendable, Equatable {
    case failing
    case recovered
  }

  fileprivate struct Waiting {
    var message: OutboxMessage
    /// When the schedule has it sent; ``OutboxMessage/nextAttemptAt`` can be earlier.
    var scheduledAt: Timestamp
    var isUnderWay = false
    /// Whether the newest attempt failed because of the receiver, not of the message.
    var isReceiversFault = false
  }

  fileprivate struct Line {
    /// In the order of their sequence.
    var waiting: [Waiting] = []
    var pausedUntil: Timestamp?
    var isGone = false
    var isUnderWay = false
    var failuresInARow = 0
    var isFailing = false
  }

  /// After so many failed attempts in a row a receiver is said to be failing: five minutes and a few seconds, for one message.
  private static let failuresUntilFailing = 3

  private var lines: [String: Line] = [:]
  private var random: SeededRandom
  public private(set) var count = 0
  public private(set) var bytes = 0

  /// - Parameter seed: of the jitter.
  public init(seed: (UInt64, UInt64)) { random = SeededRandom(seed) }

  /// Adds a message that waits. One that waits already is sent at the earlier of both times.
  ///
  /// - Returns: what was dropped for it, as it is to be stored.
  public mutating func add(_ message: OutboxMessage, now: Timestamp) -> [OutboxMessage] {
    let place = lines[message.receiver]?.waiting.firstIndex { $0.message.sequence >= message.sequence }
    if let place, let known = lines[message.receiver]?.waiting[place].message, known.id == message.id {
      lines[message.receiver]?.waiting[place].message.nextAttemptAt = min(known.nextAttemptAt, message.nextAttemptAt)
      return []
    }
    let entry = Waiting(message: message, scheduledAt: message.nextAttemptAt)
    let end = lines[message.receiver]?.waiting.count ?? 0
    lines[message.receiver, default: Line()].waiting.insert(entry, at: place ?? end)
    count += 1
    bytes += message.body.utf8.count
    var dropped: [OutboxMessage] = []
    while count > Self.messagesMax || bytes > Self.bytesMax, let oldest = removeOldest(but: message.id) {
      dropped.append(oldest.ended(.dropped, "dropped: too many messages wait", at: now))
    }
    return dropped
  }

  /// Gives up what has waited for too long and cannot be sent: its receiver is gone, or is not configured any more.
  ///
  /// - Returns: what was dropped, as it is to be stored.
  public mutating func expire(now: Timestamp, isSendable: (OutboxMessage) -> Bool) -> [OutboxMessage] {
    var dropped: [OutboxMessage] = []
    for (receiver, line) in lines {
      for (index, entry) in line.waiting.enumerated().reversed() where !entry.isUnderWay {
        guard now >= entry.message.createdAt + DeliverySchedule.ageSecondsMax * 1_000_000,
          line.isGone || !isSendable(entry.message)
        else { continue }
        remove(index, of: receiver)
        dropped.append(entry.message.ended(.dropped, "given up: it could not be sent for too long", at: now))
      }
    }
    return dropped
  }

  /// The messages to send now; each is under way until ``finish(_:of:_:now:)`` tells what became of it.
  ///
  /// - Parameter isSendable: whether a message can be sent, since its receiver is still there.
  public mutating func start(now: Timestamp, isSendable: (OutboxMessage) -> Bool) -> [OutboxMessage] {
    var started: [OutboxMessage] = []
    for (receiver, line) in lines where !line.isUnderWay && !line.isGone {
      if let until = line.pausedUntil, until > now { continue }
      guard let index = Self.next(in: line, now: now, isSendable) else { continue }
      lines[receiver]?.isUnderWay = true
      lines[receiver]?.waiting[index].isUnderWay = true
      started.append(line.waiting[index].message)
    }
    return started.sorted { $0.sequence < $1.sequence }
  }

  /// An attempt has ended. Nil where the message is not under way.
  public mutating func finish(
    _ id: String, of receiver: String, _ outcome: DeliveryOutcome, now: Timestamp
  ) -> Result? {
    guard let index = lines[receiver]?.waiting.firstIndex(where: { $0.message.id == id && $0.isUnderWay }),
      var entry = lines[receiver]?.waiting[index]
    else { return nil }
    lines[receiver]?.isUnderWay = false
    entry.isUnderWay = false
    entry.message.attempts += 1
    entry.message.lastOutcome = outcome.text
    let news = note(outcome, of: receiver, now: now)
    if case .delivered = outcome {
      remove(index, of: receiver)
      return Result(message: entry.message.ended(.delivered, outcome.text, at: now), receiverNews: news)
    }
    guard reschedule(&entry, after: outcome, now: now) else {
      remove(index, of: receiver)
      return Result(
        message: entry.message.ended(.dropped, "given up: \(outcome.text)", at: now), receiverNews: news)
    }
    lines[receiver]?.waiting[index] = entry
    return Result(message: entry.message, receiverNews: news)
  }

  /// Has everything that waits for a receiver sent at once, even if it wanted no more.
  ///
  /// - Returns: how many messages.
  public mutating func hurry(_ receiver: String, now: Timestamp) -> Int {
    guard lines[receiver] != nil else { return 0 }
    lines[receiver]?.isGone = false
    lines[receiver]?.pausedUntil = nil
    for index in lines[receiver]?.waiting.indices ?? 0..<0 {
      lines[receiver]?.waiting[index].message.nextAttemptAt = now
    }
    return lines[receiver]?.waiting.count ?? 0
  }

  /// What waits for a receiver.
  public func waitingCount(_ receiver: String) -> Int { lines[receiver]?.waiting.count ?? 0 }

  /// When the oldest message that waits for a receiver was made.
  public func oldest(_ receiver: String) -> Timestamp? { lines[receiver]?.waiting.first?.message.createdAt }

  /// Whether a receiver has asked for no more messages.
  public func isGone(_ receiver: String) -> Bool { lines[receiver]?.isGone ?? false }

  /// Whether a receiver is said to be failing.
  public func isFailing(_ receiver: String) -> Bool { lines[receiver]?.isFailing ?? false }

  /// When the next message is due; nil for never. Not before what is under way has ended.
  public var nextDue: Timestamp? {
    lines.values.filter { !$0.isGone && !$0.isUnderWay }.compactMap { line in
      line.waiting.map(\.message.nextAttemptAt).min().map { max($0, line.pausedUntil ?? $0) }
    }.min()
  }
}

// MARK: - Steps

extension DeliveryQueue {
  /// The first message that is due and whose alert has no older one.
  private static func next(in line: Line, now: Timestamp, _ isSendable: (OutboxMessage) -> Bool) -> Int? {
    var alertsWithOlder: Set<String> = []
    for (index, entry) in line.waiting.enumerated() {
      guard alertsWithOlder.insert(entry.message.alert).inserted else { continue }
      if entry.message.nextAttemptAt <= now, isSendable(entry.message) { return index }
    }
    return nil
  }

  /// What an outcome says of the receiver.
  private mutating func note(_ outcome: DeliveryOutcome, of receiver: String, now: Timestamp) -> ReceiverNews? {
    guard var line = lines[receiver] else { return nil }
    defer { lines[receiver] = line }
    switch outcome {
    case .delivered:
      line.failuresInARow = 0
      line.pausedUntil = nil
      for index in line.waiting.indices where line.waiting[index].isReceiversFault {
        line.waiting[index].message.nextAttemptAt = min(line.waiting[index].message.nextAttemptAt, now)
      }
      guard line.isFailing else { return nil }
      line.isFailing = false
      return .recovered
    case .gone: line.isGone = true
    case .unavailable(_, let seconds?):
      line.pausedUntil = now + DeliverySchedule.waitMicroseconds(retryAfterSeconds: seconds)
    case .unavailable, .rejected, .noAnswer: break
    }
    line.failuresInARow += 1
    guard !line.isFailing, line.isGone || line.failuresInARow >= Self.failuresUntilFailing else { return nil }
    line.isFailing = true
    return .failing
  }

  /// When to try again; false where it is given up.
  private mutating func reschedule(_ entry: inout Waiting, after outcome: DeliveryOutcome, now: Timestamp) -> Bool {
    guard now < entry.message.createdAt + DeliverySchedule.ageSecondsMax * 1_000_000 else { return false }
    entry.isReceiversFault = true
    switch outcome {
    case .unavailable(_, let seconds?) where entry.message.attempts <= DeliverySchedule.obligingAttemptsMax:
      entry.message.nextAttemptAt = now + DeliverySchedule.waitMicroseconds(retryAfterSeconds: seconds)
      return true
    case .rejected: entry.isReceiversFault = false
    case .unavailable, .noAnswer, .gone, .delivered: break
    }
    // An attempt before its time, because another message had come through, is not one of the schedule's.
    guard entry.scheduledAt <= now else {
      entry.message.nextAttemptAt = entry.scheduledAt
      return true
    }
    entry.message.step += 1
    guard let delay = DeliverySchedule.delayMicroseconds(after: entry.message.step, using: &random) else {
      return false
    }
    entry.scheduledAt = now + delay
    entry.message.nextAttemptAt = entry.scheduledAt
    return true
  }

  private mutating func remove(_ index: Int, of receiver: String) {
    guard let message = lines[receiver]?.waiting.remove(at: index).message else { return }
    count -= 1
    bytes -= message.body.utf8.count
    if lines[receiver]?.waiting.isEmpty == true, lines[receiver]?.isQuiet == true { lines[receiver] = nil }
  }

  private mutating func removeOldest(but id: String) -> OutboxMessage? {
    var oldest: (receiver: String, index: Int, sequence: Int64)?
    for (receiver, line) in lines {
      guard let index = line.waiting.firstIndex(where: { !$0.isUnderWay && $0.message.id != id }) else { continue }
      let sequence = line.waiting[index].message.sequence
      if oldest.map({ sequence < $0.sequence }) ?? true { oldest = (receiver, index, sequence) }
    }
    guard let oldest, let message = lines[oldest.receiver]?.waiting[oldest.index].message else { return nil }
    remove(oldest.index, of: oldest.receiver)
    return message
  }
}

extension DeliveryQueue.Line {
  /// Nothing needs to be remembered of the receiver.
  fileprivate var isQuiet: Bool { !isGone && !isFailing && failuresInARow == 0 && pausedUntil == nil && !isUnderWay }
}

extension OutboxMessage {
  func ended(_ state: MessageState, _ outcome: String, at time: Timestamp) -> OutboxMessage {
    var message = self
    message.state = state
    message.lastOutcome = outcome
    message.finishedAt = time
    return message
  }
}
