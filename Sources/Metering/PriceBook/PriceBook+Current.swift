extension PriceBook {
  /// The ids of the models that a provider sells at an instant: those that its files do not call deprecated and that have a
  /// price that has not ended. Fallbacks are not among them.
  public func currentModelIDs(_ terms: PriceTerms, at instant: Timestamp) -> [String] {
    var seen: Set<String> = []
    return currentModels(terms, at: instant).map { models[$0].id }.filter { seen.insert($0).inserted }
  }

  /// The id of the dearest model that a provider sells at an instant: what a call of an unknown model may cost at most, by
  /// the best guess there is. Dearest is the one whose reply costs most, then the one whose prompt does, before any
  /// adjustment. Nil where the book has no model of the provider that is priced by tokens.
  public func dearestCurrentModel(_ terms: PriceTerms, at instant: Timestamp) -> String? {
    let priced = currentModels(terms, at: instant).compactMap { index -> (id: String, prices: [ExactFraction])? in
      guard let period = models[index].period(at: instant) else { return nil }
      let prices = [UsageCell.output, .input].map { cell in
        period.cellSlots[cell.rawValue].lazy.compactMap { period.base[$0] }.first ?? .zero
      }
      return prices[0].numerator > 0 ? (models[index].id, prices) : nil
    }
    return priced.max { $0.prices.lexicographicallyPrecedes($1.prices) { $0.isLess(than: $1) } }?.id
  }

  private func currentModels(_ terms: PriceTerms, at instant: Timestamp) -> [Int] {
    guard let group = groups.group(for: terms)?.group else { return [] }
    let files = Set(groups.all[group].layers)
    return models.indices.filter { index in
      guard files.contains(fileOfModel[index]), !models[index].isDeprecated,
        let period = models[index].period(at: instant)
      else { return false }
      return period.to.map { instant < $0 } ?? true
    }
  }
}

extension ExactFraction {
  fileprivate func isLess(than other: ExactFraction) -> Bool {
    Int128(numerator) * Int128(other.denominator) < Int128(other.numerator) * Int128(denominator)
  }
}
