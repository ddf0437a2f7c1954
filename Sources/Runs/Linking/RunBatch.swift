internal import Metering

/// The sorts of records of a batch, each behind a byte that says which it is.
enum RunBatchRecord: UInt8 {
  case run = 1
  case link, end

  /// What a batch begins with: a name and the version of what follows.
  static let head = Array("tgrb1".utf8)
}

/// Writes a batch: figures with the lowest byte first, texts behind their length.
struct RunBatchWriter {
  private(set) var bytes = RunBatchRecord.head

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func add(_ run: OpenRun, at slot: RunSlot) {
    begin(.run, slot)
    add(run.nameKey)
    add(run.startedAt.unixMicroseconds)
    add(run.lastCallAt.unixMicroseconds)
    add(UInt32(clamping: run.calls))
    add(UInt32(clamping: run.depth))
    add(run.id)
    add(run.parentRun ?? "")
  }

  mutating func add(_ link: Link, number: UInt64) {
    begin(.link, link.run)
    add(number)
    add(link.key)
    add(link.evidence)
    add(link.opening)
    add(link.seconds)
    add(link.state.rawValue)
  }

  mutating func addEnd(of slot: RunSlot) { begin(.end, slot) }

  private mutating func begin(_ record: RunBatchRecord, _ slot: RunSlot) {
    add(record.rawValue)
    add(slot.place)
    add(slot.generation)
  }

  private mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// At most 255 bytes: names have 128.
  private mutating func add(_ text: String) {
    let text = Array(text.utf8.prefix(255))
    bytes.append(UInt8(text.count))
    bytes.append(contentsOf: text)
  }
}

/// Reads a batch, and never beyond its end.
struct RunBatchReader {
  private let bytes: [UInt8]
  private var offset = 0

  /// Nil for what is no batch of this version.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: RunBatchRecord.head) else { return nil }
    self.bytes = bytes
    offset = RunBatchRecord.head.count
  }

  var isAtEnd: Bool { offset >= bytes.count }

  mutating func record() -> (RunBatchRecord, RunSlot)? {
    guard let sort = figure(UInt8.self).flatMap(RunBatchRecord.init(rawValue:)), let place = figure(UInt32.self),
      let generation = figure(UInt32.self)
    else { return nil }
    return (sort, RunSlot(place: place, generation: generation))
  }

  mutating func run() -> OpenRun? {
    guard let nameKey = figure(UInt64.self), let startedAt = figure(Int64.self),
      let lastCallAt = figure(Int64.self), let calls = figure(UInt32.self), let depth = figure(UInt32.self),
      let id = text(), let parent = text()
    else { return nil }
    return OpenRun(
      id: id, startedAt: Timestamp(unixMicroseconds: startedAt),
      lastCallAt: Timestamp(unixMicroseconds: lastCallAt), calls: Int(calls), parentRun: parent.isEmpty ? nil : parent,
      depth: Int(depth), nameKey: nameKey)
  }

  mutating func link(of run: RunSlot) -> (number: UInt64, link: Link)? {
    guard let number = figure(UInt64.self), let key = figure(UInt64.self), let evidence = figure(UInt32.self),
      let opening = figure(UInt32.self), let seconds = figure(UInt32.self), let state = figure(UInt8.self)
    else { return nil }
    return (
      number,
      Link(
        key: key, run: run, evidence: evidence, opening: opening, seconds: seconds, state: LinkState(rawValue: state))
    )
  }

  private mutating func figure<Figure: FixedWidthInteger>(_ type: Figure.Type) -> Figure? {
    let size = Figure.bitWidth / 8
    guard bytes.count &- offset >= size else { return nil }
    var value: Figure = 0
    for place in 0..<size { value |= Figure(truncatingIfNeeded: bytes[offset &+ place]) &<< Figure(8 &* place) }
    offset &+= size
    return value
  }

  private mutating func text() -> String? {
    guard let count = figure(UInt8.self), bytes.count &- offset >= Int(count) else { return nil }
    let text = String(decoding: bytes[offset..<offset &+ Int(count)], as: UTF8.self)
    offset &+= Int(count)
    return text
  }
}

/// What batches say together.
struct KeptRuns {
  private(set) var runs: [RunSlot: OpenRun] = [:]
  private(set) var links: [UInt64: Link] = [:]

  /// Adds a batch.
  ///
  /// - Returns: whether all of it could be read.
  mutating func read(_ bytes: [UInt8]) -> Bool {
    guard var batch = RunBatchReader(bytes) else { return false }
    while !batch.isAtEnd {
      guard let (sort, slot) = batch.record() else { return false }
      switch sort {
      case .run:
        guard let run = batch.run() else { return false }
        runs[slot] = run
      case .link:
        guard let (number, link) = batch.link(of: slot) else { return false }
        links[number] = link
      case .end: runs[slot] = nil
      }
    }
    return true
  }
}
