internal import Dialects
public import Metering

extension RunBook {
  /// Takes what a call's reply says, once it has ended, in whichever way.
  public mutating func record(_ reply: LinkReply, of call: LinkedCall, at now: Timestamp) {
    let slot = call.slot
    guard runs.isOpen(slot) else { return }
    runs.touch(slot)
    change(slot) { run in
      run.lastCallAt = max(run.lastCallAt, now)
      run.callsInFlight = max(0, run.callsInFlight &- 1)
    }
    let scope = call.scope
    let link = Link(
      key: 0, run: slot, evidence: UInt32(truncatingIfNeeded: scope.caller),
      seconds: UInt32(clamping: now.unixMicroseconds / 1_000_000))
    for case let id? in reply.toolCalls.prefix(LinkReply.toolCallsMax) {
      add(link, keys.link(.toolCall, id, in: scope.workflow))
    }
    if let id = reply.response { add(link, keys.link(.response, id, in: scope.workflow)) }
    if let id = reply.conversation { add(link, keys.link(.conversation, id, in: scope.workflow)) }
    if let prompt = reply.prompt { remember(prompt, behind: reply.response, of: call, at: now) }
    guard let words = call.words else { return }
    change(words) { link in
      guard link.run == slot else { return }
      link.state.remove(.isOpen)
      if reply.hasFailed { link.state.insert(.hasFailed) }
      // Clients make tool calls of what a provider refused to send.
      if !reply.hasFailed, reply.areToolCallsDistinct { link.state.insert(.hasNamedCallsOnly) }
      link.seconds = UInt32(clamping: now.unixMicroseconds / 1_000_000)
      link.opening = reply.opening.map { UInt32(truncatingIfNeeded: $0.bits) } ?? 0
    }
  }

  /// Adds a link, unless the run is found by its word already.
  private mutating func add(_ link: Link, _ key: UInt64) {
    guard newest(of: key)?.run != link.run else { return }
    var link = link
    link.key = key
    insert(link)
  }

  /// Ends a run by its name or id.
  ///
  /// - Returns: nil where the caller has no such run that is open.
  public mutating func end(_ run: String, of caller: RunCaller) -> EndedRun? {
    newest(of: keys.link(.name, run, in: keys.scope(of: caller).tenant)).flatMap { close($0.run, .ended) }
  }

  /// Ends all open runs of a name or id, whoever named them so.
  ///
  /// - Returns: those that ended; empty where none is open.
  public mutating func end(_ run: String) -> [EndedRun] {
    var slots: [RunSlot] = []
    runs.forEach { slot, open in if open.id == run { slots.append(slot) } }
    return slots.compactMap { close($0, .ended) }
  }

  /// Ends runs that have been idle for too long, each told once, with those that had to make room.
  ///
  /// - Parameter max: how many at most; the next ones come with the next call.
  public mutating func expire(at now: Timestamp, max: Int) -> [EndedRun] {
    var ended: [EndedRun] = []
    swap(&ended, &displaced)
    var slot = runs.oldestSlot
    while let place = slot, let run = runs[place], ended.count < max {
      guard now.unixMicroseconds &- run.lastCallAt.unixMicroseconds >= limits.idleMicroseconds else { break }
      slot = runs.slot(after: place)
      guard run.callsInFlight == 0 else { continue }
      if let end = close(place, .idle) { ended.append(end) }
    }
    return ended
  }

  /// Ends the run that has been idle longest, where there are as many as there may be.
  mutating func makeRoom() {
    guard runs.count >= limits.runsMax, let oldest = runs.oldestSlot, let end = close(oldest, .displaced),
      displaced.count < Self.displacedMax
    else { return }
    displaced.append(end)
  }

  private mutating func close(_ slot: RunSlot, _ reason: RunEndReason) -> EndedRun? {
    guard let run = runs.remove(slot) else { return nil }
    changes.noteEnd(slot)
    for number in links.numbers(of: run.nameKey) where links[number]?.run == slot { links.drop(number) }
    return run.ended(reason, slot: slot)
  }
}
