import Metering
import Observability

/// What `tollgate price` was asked.
struct PriceQuestion {
  var model: String
  /// Nil: the first provider that knows the model.
  var provider: String?
  var at: Timestamp
  var used: Usage?
  var promptTokens: Int64
  var context: PricingContext

  /// The answer of a price book.
  ///
  /// - Throws: ``CommandFailure`` where the book does not know the provider or the model, or has no price for it yet.
  func answer(from book: PriceBook) throws(CommandFailure) -> PriceAnswer {
    if let provider, !book.providers.contains(provider) {
      throw CommandFailure(
        "there are no prices of \"\(provider)\"; there are prices of \(book.providers.joined(separator: ", "))")
    }
    let providers = provider.map { [$0] } ?? book.providers
    guard let provider = providers.first(where: { book.knows(PriceTerms(provider: $0), model: model) }) else {
      throw CommandFailure(unknown(among: providers.flatMap { book.modelIDs(provider: $0) }))
    }
    let size = used?.promptTokens ?? promptTokens
    guard
      let quote = book.resolve(
        PriceTerms(provider: provider), model: model, at: at, promptTokens: size, context: context)
    else {
      throw CommandFailure("\"\(model)\" has no price yet at \(at.rfc3339)")
    }
    let charge = used.map {
      book.charge(
        PriceTerms(provider: provider), model: model, startedAt: at, usage: $0, context: context)
    }
    return PriceAnswer(question: self, quote: quote, charge: charge)
  }

  private func unknown(among ids: [String]) -> String {
    let near = nearest(among: ids)
    let hint = near.isEmpty ? "" : "; near it are \(near.joined(separator: ", "))"
    return "the price book does not know \"\(model)\"\(hint)"
  }

  /// Up to five ids that a slip of the pen could have meant, or that begin as the model does.
  private func nearest(among ids: [String]) -> [String] {
    let name = model.lowercased()
    let hint = NearestName.hint(for: name, among: ids)
    let shared = ids.map { id in (id: id, length: zip(id, name).prefix { $0 == $1 }.count) }
    let longest = shared.map(\.length).max() ?? 0
    // Three letters are in common by chance.
    let begun = longest > 3 ? shared.filter { $0.length == longest && $0.id != hint }.map(\.id) : []
    return Array(((hint.map { [$0] } ?? []) + begun).prefix(5))
  }
}
