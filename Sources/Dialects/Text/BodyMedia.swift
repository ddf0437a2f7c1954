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

  /// Adds an item that was not taken in parts.
  mutating func add(_ item: MediaItem, writtenBytes: Int64) {
    self.writtenBytes &+= writtenBytes
    count &+= 1
    if items.count < Self.itemsMax { items.append(item) }
  }
}
