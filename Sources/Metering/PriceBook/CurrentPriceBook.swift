internal import Synchronization

/// The price book in force. A reload puts another one in its place, whole; what has taken a book keeps that one.
public final class CurrentPriceBook: Sendable {
  private let current: Mutex<PriceBook>

  public init(_ book: PriceBook) { current = Mutex(book) }

  /// The book in force now. Each call takes it once, so that it is priced by one book.
  public var book: PriceBook { current.withLock { $0 } }

  /// Puts another book in force.
  public func replace(with book: PriceBook) { current.withLock { $0 = book } }
}
