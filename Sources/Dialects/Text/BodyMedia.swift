internal import JSON
internal import Tokenizers

/// What a request hands over beside text, while it is read.
struct BodyMedia: Sendable, Equatable {
  /// How many items are told apart; those beyond have no bound.
  static let itemsMax = 256

  private(set) var items: [MediaItem] = []
  /// Bytes of all items as they are written: none of them is text.
  private(set) var writtenBytes: Int64 = 0
  private(set) var count = 0
  private var decoder = JSONTextDecoder()
  private var text = MediaText()
  /// Whether low detail was asked for in the part that is read, and the place of its item.
  private var isLow = false
  private var partItem: Int?

  /// Takes a part of a value, as it is written.
  mutating func take(_ part: RawSpan) {
    writtenBytes &+= Int64(part.byteCount)
    decoder.decode(part) { text.take($0) }
  }

  /// Ends a value.
  mutating func endValue() {
    decoder.end { text.take($0) }
    add(text.item, writtenBytes: 0)
    text = MediaText()
  }

  /// Begins an object that holds one item, and may say in which detail it is looked at.
  mutating func beginPart() {
    isLow = false
    partItem = nil
  }

  /// Notes that the item of the part is looked at in low detail, whether it has come or is to come.
  mutating func lowerDetail() {
    isLow = true
    if let partItem { items[partItem] = items[partItem].inLowDetail }
  }

  /// Adds an item that was not taken in parts.
  mutating func add(_ item: MediaItem, writtenBytes: Int64) {
    self.writtenBytes &+= writtenBytes
    count &+= 1
    guard items.count < Self.itemsMax else { return partItem = nil }
    partItem = items.count
    items.append(isLow ? item.inLowDetail : item)
  }
}
