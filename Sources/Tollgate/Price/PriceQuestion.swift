import Gateway
import Metering
import Observability

/// What `tollgate price` was asked.
struct PriceQuestion {
  var model: String
  /// Nil: the model's maker, else the first provider that knows the model.
  var provider: String?
  /// The providers of a configuration, with what was agreed on with them.
  var routes: [ProviderRoute] = []
  var at: Timestamp
  var used: Usage?
  var promptTokens: Int64
  var context: PricingContext

  /// The answer of a price book.
  ///
  /// - Throws: ``CommandFailure`` where the book does not know the provider or the model, or has no price for it yet.
  func answer(from book: PriceBook) throws(CommandFailure) -> PriceAnswer {
    let asked = try terms(in: book)
    guard let terms = asked.first(where: { book.knows($0, model: model) }) else {
      throw CommandFailure(unknown(among: asked, in: book))
    }
    let size = used?.promptTokens ?? promptTokens
    guard let quote = book.resolve(terms, model: model, at: at, promptTokens: size, context: context) else {
      throw CommandFailure("\"\(model)\" has no price yet at \(at.rfc3339)")
    }
    let charge = used.map { book.charge(terms, model: model, startedAt: at, usage: $0, context: context) }
    return PriceAnswer(question: self, quote: quote, charge: charge, free: recorded)
  }

  /// What was used and is never billed by the call.
  private var recorded: [UsageCell] { [.cacheStorage].filter { (used?[$0] ?? 0) > 0 } }

  /// Those who make models come before those who serve the models of others, so that `gpt-5` is OpenAI's and not Azure's.
  private static let makers = [
    "anthropic", "openai", "google", "mistral", "deepseek", "xai", "cohere", "meta", "moonshotai", "zai", "voyageai",
    "perplexity",
  ]

  private func terms(in book: PriceBook) throws(CommandFailure) -> [PriceTerms] {
    guard let provider else {
      let others = book.providers.filter { !Self.makers.contains($0) && $0 != "openrouter" }
      let names = Self.makers.filter(book.providers.contains) + others + ["openrouter"]
      return names.map { name in route(named: name)?.terms ?? PriceTerms(provider: name, priceFile: name) }
    }
    let terms = route(named: provider)?.terms ?? PriceTerms(provider: provider)
    guard book.hasPrices(for: terms) else {
      let known = book.providers
      let hint = NearestName.hint(for: provider, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
      throw CommandFailure(
        "there are no prices of \"\(provider)\"\(hint); there are prices of \(known.joined(separator: ", "))")
    }
    return [terms]
  }

  private func route(named name: String) -> ProviderRoute? { routes.first { $0.name == name } }

  private func unknown(among terms: [PriceTerms], in book: PriceBook) -> String {
    let near = nearest(among: terms.flatMap { book.modelIDs(provider: $0.priceFile ?? $0.provider) })
    let hint = near.isEmpty ? "" : "; near it are \(near.joined(separator: ", "))"
    return "the price book does not know \"\(model)\"\(hint)"
  }

  /// Up to five ids that a slip of the pen could have meant, or that begin as the model does.
  private func nearest(among ids: [String]) -> [String] {
    let name = model.lowercased()
    let hint = NearestName.hint(for: name, among: ids)
    let shared = ids.map { id in (id: id, length: zip(id.lowercased(), name).prefix { $0 == $1 }.count) }
    let longest = shared.map(\.length).max() ?? 0
    // Three letters are in common by chance.
    let begun = longest > 3 ? shared.filter { $0.length == longest && $0.id != hint }.map(\.id) : []
    var seen: Set<String> = []
    return Array(((hint.map { [$0] } ?? []) + begun).filter { seen.insert($0).inserted }.prefix(5))
  }
}
