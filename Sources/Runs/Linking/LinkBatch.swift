/// A batch of what a ledger keeps of a book, which is made a slice at a time, so that no call waits for all of it. What changes
/// meanwhile is in the next one, which goes behind it.
public struct LinkBatch: Sendable {
  /// Whether it is of all of the book, and goes in the place of what was kept; else it goes behind that.
  public let isAll: Bool
  /// Whether there is anything in it.
  private let hasRecords: Bool
  private var writer = RunBatchWriter()

  /// What is still to be written: places and links of all; or the links that are new, and the runs and older links that have changed,
  /// the last ones first.
  private var places = 0..<0
  private var numbers: Range<UInt64> = 0..<0
  private var runs: [RunSlot] = []
  private var links: [UInt64] = []
  private var ended: [RunSlot] = []

  /// What it takes of a link, about.
  private static let bytesPerLink = 40
  /// How much room is made for it at most, in one piece.
  private static let reservedBytesMax = 64 << 20

  init(ofAll places: Range<Int>, links: Range<UInt64>) {
    isAll = true
    hasRecords = true
    self.places = places
    numbers = links
  }

  init(_ changes: RunChangeLog, newLinks: Range<UInt64>) {
    isAll = false
    numbers = newLinks
    runs = changes.runs
    links = changes.links
    ended = changes.ended.reversed()
    hasRecords = !(newLinks.isEmpty && changes.runs.isEmpty && changes.links.isEmpty && changes.ended.isEmpty)
  }

  /// Puts what is to be written into its order, each once. To be called before the first slice, with no lock.
  public mutating func prepare() {
    links = Set(links).sorted(by: >)
    writer.reserve(min(Self.reservedBytesMax, (numbers.count &+ links.count) &* Self.bytesPerLink))
  }

  /// Whether nothing is left to be written.
  public var isWhole: Bool { places.isEmpty && numbers.isEmpty && runs.isEmpty && links.isEmpty && ended.isEmpty }

  /// The batch as it is kept; empty where nothing has changed.
  public var bytes: [UInt8] { hasRecords ? writer.bytes : [] }

  /// Writes the next record, of a book as it is now.
  mutating func write(_ book: RunBook) {
    if let place = places.popFirst() {
      if let slot = book.runs.slot(at: place) { write(slot, book) }
    } else if let slot = runs.popLast() {
      write(slot, book)
    } else if let number = numbers.popFirst() ?? links.popLast() {
      if let link = book.links[number], !link.state.contains(.isDead), book.runs.isOpen(link.run) {
        writer.add(link, number: number)
      }
    } else if let slot = ended.popLast() {
      writer.addEnd(of: slot)
    }
  }

  private mutating func write(_ slot: RunSlot, _ book: RunBook) {
    if let run = book.runs[slot] { writer.add(run, at: slot) }
  }
}

extension RunBook {
  /// Begins a batch of what has changed since the last one, or of all: where that is asked for, and where there were more changes than
  /// are kept.
  public mutating func beginBatch(ofAll isOfAll: Bool) -> LinkBatch {
    let changed = changes.take(linksMade: links.made)
    guard isOfAll || changed.lost > 0 else {
      return LinkBatch(changed, newLinks: max(changed.firstNewLink, links.oldest)..<links.made)
    }
    return LinkBatch(ofAll: 0..<runs.placeCount, links: links.oldest..<links.made)
  }

  /// Writes a slice of a batch: so many records at most.
  public func addSlice(to batch: inout LinkBatch, recordsMax: Int) {
    var left = recordsMax
    while left > 0, !batch.isWhole {
      batch.write(self)
      left &-= 1
    }
  }
}
