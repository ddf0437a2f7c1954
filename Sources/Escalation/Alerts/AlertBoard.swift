public import Ledger
public import Metering

/// Every condition that holds, and what has been told of it: the state machine of alerts. It does no I/O and reads no clock.
///
/// A condition is pending until its group is due, so that the scopes of a budget that cross a threshold together are told
/// together; then it is told, once, and again only after it has ended. Within a window of a budget it is told once even if it ends
/// and comes back, unless the limit was changed meanwhile.
///
/// ```
/// fire ─▶ pending ─▶ (due) told, firing ─▶ resolve ─▶ told, over ─▶ forgotten: at once, or after its window
///            └─ resolve ─▶ forgotten, nobody is told
/// ```
public struct AlertBoard: Sendable {
  /// Conditions that are kept at most. Beyond it those that ended longest ago are forgotten, then those that were told longest ago.
  public static let statesMax = 10_000
  /// How long the first condition of a group waits for others.
  public static let groupWaitMicroseconds: Int64 = 2_000_000
  /// Between two messages of one alert.
  public static let groupIntervalMicroseconds: Int64 = 60_000_000
  /// How long a condition that is over is remembered after its window.
  static let rememberedMicroseconds: Int64 = 3_600_000_000
  /// Conditions that are looked at in one step, as a midnight ends thousands at once: the others have their turn in the next.
  static let looksMax = 1_000

  struct State: Sendable {
    var condition: AlertCondition
    /// Of the board's latest change of it: greater ones are newer.
    var revision: Int64 = 0
    /// The alert that has told it; nil while it is pending.
    var alert: String?
    var isFiring = true
    /// The limit that it was told with.
    var limitTold: Int128?
    /// When it is to be looked at whether it has ended, or can be forgotten.
    var lookAt: Timestamp?

    var isPending: Bool { alert == nil }
  }

  /// An alert that is told and not over, or about to be told.
  struct Group: Sendable {
    /// Nil before it is told.
    var alert: Alert?
    var dueAt: Timestamp?
    var toldAt: Timestamp?
    var pending: Set<AlertKey> = []
    /// Told, and holding still.
    var firing: Set<AlertKey> = []
    /// Told, and over since.
    var over: Set<AlertKey> = []
    /// Who was told, also of conditions that are forgotten.
    var receivers: [String] = []

    mutating func add(receivers names: [String]) {
      for name in names where !receivers.contains(name) { receivers.append(name) }
    }
  }

  private(set) var states = AlertStates()
  private(set) var groups: [AlertGroup: Group] = [:]
  /// Those of ``groups`` of which something is due, or was.
  private var scheduled: Set<AlertGroup> = []
  /// Conditions that were forgotten although they held, or were not taken, for want of room.
  public private(set) var forgottenCount: Int64 = 0
  private var changed: Set<AlertKey> = []
  private var forgotten: Set<AlertKey> = []
  private var revision: Int64 = 0
  private var random: SeededRandom

  /// - Parameter seed: of the ids of alerts, which must not be the same twice.
  public init(seed: (UInt64, UInt64)) { random = SeededRandom(seed) }

  /// The conditions that hold, told or not.
  public var firingCount: Int { states.firingCount }

  /// Has what changes from now on be newer than anything that the ledger keeps: where that could not be read.
  mutating func beginAnew(at now: Timestamp) { revision = max(revision, now.unixMicroseconds) }

  /// Whether a condition holds.
  public func isFiring(_ key: AlertKey) -> Bool { states[key]?.isFiring == true }

  /// The conditions of a rule that hold.
  public func firingKeys(of rule: AlertRule) -> [AlertKey] {
    states.keys { key, state in state.isFiring && key.group.rule == rule }
  }

  /// An id that nothing else has.
  mutating func makeIdentifier(prefix: String) -> String { random.identifier(prefix: prefix) }

  /// It holds again before its end was told: for those who were told nothing has happened.
  private mutating func comeBack(_ key: AlertKey) -> AlertState? {
    groups[key.group]?.over.remove(key)
    groups[key.group]?.firing.insert(key)
    if groups[key.group]?.pending.isEmpty == true { groups[key.group]?.dueAt = nil }
    return states[key]?.row(key)
  }

  // MARK: Events

  /// A condition holds. Nil where nothing is to be stored: it was known, or was told in this window.
  @discardableResult
  public mutating func fire(_ condition: AlertCondition, now: Timestamp) -> AlertState? {
    let key = condition.key
    if let endsAt = condition.endsAt, endsAt <= now { return nil }
    if var state = states[key] {
      let isNew = condition.limit != state.limitTold
      state.condition = condition
      if state.isFiring {
        states.put(state, key)
        return nil
      }
      guard isNew || groups[key.group]?.over.contains(key) != true else {
        state.isFiring = true
        put(state, key)
        return comeBack(key)
      }
      guard isNew || condition.endsAt == nil else { return nil }
      state.isFiring = true
      state.alert = nil
      put(state, key)
    } else {
      guard makeRoom(now: now) else { return nil }
      put(State(condition: condition), key)
    }
    groups[key.group, default: Group()].over.remove(key)
    enroll(key, now: now)
    return states[key]?.row(key)
  }

  /// A condition holds no longer. Nothing happens where it is not known.
  public mutating func resolve(_ key: AlertKey, now: Timestamp) {
    guard var state = states[key], state.isFiring else { return }
    guard !state.isPending else {
      groups[key.group]?.pending.remove(key)
      forget(key)
      return closeIfEmpty(key.group)
    }
    guard groups[key.group]?.alert != nil || state.condition.endsAt != nil else { return forget(key) }
    state.isFiring = false
    put(state, key)
    groups[key.group]?.firing.remove(key)
    groups[key.group]?.over.insert(key)
    scheduleEnd(of: key.group, now: now)
  }

  /// What is to be told now. Call it every now and then; nothing is due before ``nextDue``.
  public mutating func advance(now: Timestamp) -> [AlertNotice] {
    sweep(now)
    var notices: [AlertNotice] = []
    let due = scheduled.filter { key in groups[key]?.dueAt.map { $0 <= now } ?? true }
    scheduled.subtract(due)
    for key in due.sorted(by: { $0.dedupKey < $1.dedupKey }) where groups[key]?.dueAt != nil {
      if let notice = tell(key, now: now) { notices.append(notice) }
    }
    return notices
  }

  /// When ``advance(now:)`` has something to do at the earliest; nil for never.
  public var nextDue: Timestamp? {
    [groups.values.compactMap(\.dueAt).min(), states.nextLook].compactMap { $0 }.min()
  }

  /// What is to be stored of conditions since the last call. (That of alerts is part of the notices.)
  public mutating func takeChanges() -> (states: [AlertState], forgotten: [String]) {
    defer {
      changed.removeAll(keepingCapacity: true)
      forgotten.removeAll(keepingCapacity: true)
    }
    let rows = changed.compactMap { key in states[key]?.row(key) }.sorted { $0.key < $1.key }
    return (rows, forgotten.map(\.text).sorted())
  }

  /// Puts back what the ledger has kept. What was pending is told after the usual wait.
  ///
  /// - Returns: how many could not be read.
  public mutating func restore(_ rows: [AlertState], alerts: [Alert], now: Timestamp) -> Int {
    var unreadable = 0
    var byID: [String: Alert] = [:]
    for alert in alerts { byID[alert.id] = alert }
    for row in rows.sorted(by: { $0.revision < $1.revision }) {
      guard let (condition, limitTold) = StoredCondition.read(row.document) else {
        unreadable += 1
        continue
      }
      let key = condition.key
      revision = max(revision, row.revision)
      states.put(
        State(
          condition: condition, revision: row.revision, alert: row.alert, isFiring: row.isFiring, limitTold: limitTold),
        key)
      // It may have been reported already, by a process that has just begun.
      groups[key.group]?.pending.remove(key)
      if let id = row.alert {
        guard let alert = byID[id] else { continue }
        groups[key.group, default: Group()].alert = alert
        groups[key.group]?.toldAt = alert.startedAt
        groups[key.group]?.add(receivers: condition.receivers)
        if row.isFiring { groups[key.group]?.firing.insert(key) } else { groups[key.group]?.over.insert(key) }
      } else {
        enroll(key, now: now)
      }
    }
    for key in groups.keys { scheduleEnd(of: key, now: now) }
    return unreadable
  }
}

// MARK: - Steps

extension AlertBoard {
  private mutating func put(_ state: State, _ key: AlertKey) {
    var state = state
    revision &+= 1
    state.revision = revision
    states.put(state, key)
    changed.insert(key)
    forgotten.remove(key)
  }

  private mutating func forget(_ key: AlertKey) {
    states.remove(key)
    changed.remove(key)
    forgotten.insert(key)
  }

  /// The condition is to be told with its group.
  private mutating func enroll(_ key: AlertKey, now: Timestamp) {
    var group = groups[key.group] ?? Group()
    group.pending.insert(key)
    let soonest = now + Self.groupWaitMicroseconds
    let due = group.toldAt.map { max(soonest, $0 + Self.groupIntervalMicroseconds) } ?? soonest
    group.dueAt = min(group.dueAt ?? due, due)
    groups[key.group] = group
    scheduled.insert(key.group)
  }

  /// Where nothing of an alert holds any more, its end is to be told.
  private mutating func scheduleEnd(of key: AlertGroup, now: Timestamp) {
    guard let group = groups[key], group.alert != nil, group.firing.isEmpty, group.pending.isEmpty else { return }
    groups[key]?.dueAt = min(group.dueAt ?? .distantFuture, now + Self.groupWaitMicroseconds)
    scheduled.insert(key)
  }

  private mutating func closeIfEmpty(_ key: AlertGroup) {
    guard let group = groups[key], group.pending.isEmpty else { return }
    if group.alert == nil {
      groups[key] = nil
    } else {
      groups[key]?.dueAt = group.firing.isEmpty ? group.dueAt : nil
    }
  }

  /// Ends what its window has ended, and forgets what was over for long enough.
  private mutating func sweep(_ now: Timestamp) {
    for key in states.takeDue(now, max: Self.looksMax) {
      guard let state = states[key], let endsAt = state.condition.endsAt else { continue }
      if state.isFiring, endsAt <= now {
        resolve(key, now: now)
      } else if !state.isFiring, endsAt + Self.rememberedMicroseconds <= now, !isInAlert(key) {
        forget(key)
      } else {
        states.look(at: key, state.isFiring ? endsAt : max(endsAt + Self.rememberedMicroseconds, now + 1_000_000))
      }
    }
  }

  private func isInAlert(_ key: AlertKey) -> Bool { groups[key.group]?.over.contains(key) ?? false }

  /// Tells what is pending, or that the alert is over.
  private mutating func tell(_ key: AlertGroup, now: Timestamp) -> AlertNotice? {
    guard var group = groups[key] else { return nil }
    group.dueAt = nil
    defer { groups[key] = group.alert == nil || group.alert?.isFiring == false ? nil : group }
    if !group.pending.isEmpty {
      let news = group.pending.sorted { $0.member < $1.member }
      let id = group.alert?.id ?? random.identifier(prefix: "alt")
      group.firing.formUnion(group.pending)
      group.pending = []
      group.toldAt = now
      for member in news { markTold(member, alert: id) }
      let notice = AlertNotice(
        alert: id, group: key, isFiring: true, startedAt: group.alert?.startedAt ?? now, at: now,
        conditions: news.compactMap { states[$0]?.condition }, holding: group.firing.count)
      group.alert = notice.row
      group.add(receivers: notice.receivers)
      return notice
    }
    guard let alert = group.alert, group.firing.isEmpty else { return nil }
    let notice = AlertNotice(
      alert: alert.id, group: key, isFiring: false, startedAt: alert.startedAt, at: now,
      conditions: group.over.sorted { $0.member < $1.member }.compactMap { states[$0]?.condition }, holding: 0,
      severity: alert.severity, told: group.receivers)
    for member in group.over where states[member]?.condition.endsAt == nil { forget(member) }
    group.over = []
    group.alert = notice.row
    return notice
  }

  private mutating func markTold(_ key: AlertKey, alert: String) {
    guard var state = states[key] else { return }
    state.alert = alert
    state.limitTold = state.condition.limit
    put(state, key)
  }

  /// Forgets one condition where there are as many as may be; false where none of them can be, since they are all to be told first.
  private mutating func makeRoom(now: Timestamp) -> Bool {
    guard states.count >= Self.statesMax else { return true }
    guard let (key, state) = states.removeOldest() else {
      forgottenCount += 1
      return false
    }
    if state.isFiring { forgottenCount += 1 }
    groups[key.group]?.firing.remove(key)
    groups[key.group]?.over.remove(key)
    forget(key)
    // An alert of which nothing is known any more would never end.
    scheduleEnd(of: key.group, now: now)
    return true
  }
}

extension AlertBoard.State {
  /// As the ledger keeps it.
  func row(_ key: AlertKey) -> AlertState {
    AlertState(
      key: key.text, revision: revision, alert: alert, isFiring: isFiring, expiresAt: condition.endsAt,
      document: StoredCondition.document(condition, limitTold: limitTold))
  }
}

extension Timestamp {
  static let distantFuture = Timestamp(unixMicroseconds: .max)

  /// Later by so many microseconds; the end of time where there is no such time.
  static func + (time: Timestamp, microseconds: Int64) -> Timestamp {
    let (sum, overflow) = time.unixMicroseconds.addingReportingOverflow(microseconds)
    return overflow ? .distantFuture : Timestamp(unixMicroseconds: sum)
  }
}
