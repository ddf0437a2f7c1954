import Metering
import Synchronization

/// The model that a call of an unknown one is charged to budgets as: its provider's dearest. Looked up once an hour for each
/// provider, since that reads the whole price book, and callers choose the names of models.
final class SubstituteModels: Sendable {
  private struct Known {
    var book: ObjectIdentifier
    var hour: Int64
    var model: String?
  }

  /// Providers are configured, so that there are never more.
  private let known = Mutex<[String: Known]>([:])

  /// Nil where the book has no model of the provider that is priced by tokens.
  func model(_ terms: PriceTerms, in book: PriceBook, at instant: Timestamp) -> String? {
    let hour = instant.unixMicroseconds / 3_600_000_000
    return known.withLock { known in
      if let last = known[terms.provider], last.hour == hour, last.book == ObjectIdentifier(book) { return last.model }
      let model = book.dearestCurrentModel(terms, at: instant)
      known[terms.provider] = Known(book: ObjectIdentifier(book), hour: hour, model: model)
      return model
    }
  }
}
