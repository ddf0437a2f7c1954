import Metering

/// The conditions that a board keeps, at hand by what is asked of them while event loops wait for the board's lock: how many hold, which is
/// to be looked at next, and which goes first for want of room. Nothing here goes through all of them, but once in many thousand changes.
struct AlertStates: Sendable {
  private var byKey: [AlertKey: AlertBoard.State] = [:]
  /// Those that hold.
  private(set) var firingCount = 0
  private var looks = LookQueue()
  /// Those that are over, and those that hold and were told, by their latest change.
  private var over = ChangeQueue()
  private var told = ChangeQueue()

  var count: Int { byKey.count }
  var isEmpty: Bool { byKey.isEmpty }
  /// What is noted of changes and looks, outdated or not.
  var notedCount: Int { looks.count + over.count + told.count }
  /// When the first is to be looked at; never later than that.
  var nextLook: Timestamp? { looks.first?.at }

  subscript(key: AlertKey) -> AlertBoard.State? { byKey[key] }

  /// The keys of those of which it is true.
  func keys(where isWanted: (AlertKey, AlertBoard.State) -> Bool) -> [AlertKey] {
    byKey.filter { isWanted($0.key, $0.value) }.map(\.key)
  }

  /// Keeps a state in place of what was known of the condition. It is looked at when it ends, or when it can be forgotten.
  mutating func put(_ state: AlertBoard.State, _ key: AlertKey) {
    let former = byKey.updateValue(state, forKey: key)
    firingCount += (state.isFiring ? 1 : 0) - (former?.isFiring == true ? 1 : 0)
    if former?.revision != state.revision, !state.isPending {
      let change = ChangeQueue.Change(revision: state.revision, key: key)
      if state.isFiring { told.append(change) } else { over.append(change) }
    }
    if let time = state.condition.endsAt.map({ state.isFiring ? $0 : $0 + AlertBoard.rememberedMicroseconds }),
      state.lookAt.map({ time < $0 }) ?? true
    {
      look(at: key, time)
    }
    dropOutdated()
  }

  mutating func remove(_ key: AlertKey) {
    if byKey.removeValue(forKey: key)?.isFiring == true { firingCount -= 1 }
  }

  /// Takes out the one that ended longest ago; where none has ended, the one that was told longest ago. Nil where none was told.
  mutating func removeOldest() -> (key: AlertKey, state: AlertBoard.State)? {
    while true {
      guard let change = over.isEmpty ? told.popFirst() : over.popFirst() else { return nil }
      guard let state = byKey[change.key], state.revision == change.revision else { continue }
      remove(change.key)
      return (change.key, state)
    }
  }

  /// Has a condition looked at then.
  mutating func look(at key: AlertKey, _ time: Timestamp) {
    guard byKey[key] != nil else { return }
    byKey[key]?.lookAt = time
    looks.insert(LookQueue.Look(at: time, key: key))
  }

  /// Takes out those that are to be looked at now, so many at most: each is to be put back by ``look(at:_:)``, or is not looked at again.
  mutating func takeDue(_ now: Timestamp, max: Int) -> [AlertKey] {
    var keys: [AlertKey] = []
    while keys.count < max, let look = looks.first, look.at <= now {
      looks.removeFirst()
      guard byKey[look.key]?.lookAt == look.at else { continue }
      byKey[look.key]?.lookAt = nil
      keys.append(look.key)
    }
    return keys
  }

  /// A state that changes leaves what was noted of it before. When that has become most of it, it is noted anew.
  private mutating func dropOutdated() {
    let most = 4 * AlertBoard.statesMax
    if looks.count > most {
      looks = LookQueue(byKey.compactMap { key, state in state.lookAt.map { LookQueue.Look(at: $0, key: key) } })
    }
    guard over.count > most || told.count > most else { return }
    over = ChangeQueue()
    told = ChangeQueue()
    for (key, state) in byKey.sorted(by: { $0.value.revision < $1.value.revision }) where !state.isPending {
      let change = ChangeQueue.Change(revision: state.revision, key: key)
      if state.isFiring { told.append(change) } else { over.append(change) }
    }
  }
}

/// Changes of conditions, the oldest first.
private struct ChangeQueue: Sendable {
  struct Change: Sendable {
    var revision: Int64
    var key: AlertKey
  }

  private var changes: [Change] = []
  /// How many of them were taken.
  private var takenCount = 0

  var count: Int { changes.count - takenCount }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ change: Change) { changes.append(change) }

  mutating func popFirst() -> Change? {
    guard takenCount < changes.count else { return nil }
    let first = changes[takenCount]
    takenCount += 1
    if takenCount * 2 > changes.count {
      changes.removeFirst(takenCount)
      takenCount = 0
    }
    return first
  }
}

/// When conditions are to be looked at, the first in front: a binary heap.
private struct LookQueue: Sendable {
  struct Look: Sendable {
    var at: Timestamp
    var key: AlertKey
  }

  private var looks: [Look] = []

  init(_ all: [Look] = []) {
    // What is in order is a heap.
    looks = all.sorted { $0.at < $1.at }
  }

  var count: Int { looks.count }
  var first: Look? { looks.first }

  mutating func insert(_ look: Look) {
    looks.append(look)
    var place = looks.count - 1
    while place > 0, looks[place].at < looks[(place - 1) / 2].at {
      looks.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeFirst() {
    guard let last = looks.popLast(), !looks.isEmpty else { return }
    looks[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < looks.count && looks[child].at < looks[least].at {
        least = child
      }
      guard least != place else { return }
      looks.swapAt(place, least)
      place = least
    }
  }
}
