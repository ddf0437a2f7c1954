internal import Synchronization

/// What ids were found to mean, so that patterns are not searched again for each call.
///
/// The ids that the files name are known from the start and read without a lock. Others (dated ids, prefixed ones,
/// unknown models) come from peers, so that what is kept of them is bounded: when a generation is full, it becomes the
/// old one, and the one before it is forgotten.
final class PriceSearches: Sendable {
  /// How many searches a generation keeps.
  static let generationMax = 512

  struct Key: Hashable {
    var file: Int
    var id: String
  }

  private struct Generations {
    var new: [Key: [PriceCandidate]] = [:]
    var old: [Key: [PriceCandidate]] = [:]
  }

  private let known: [Key: [PriceCandidate]]
  private let generations = Mutex(Generations())

  init(known: [Key: [PriceCandidate]]) { self.known = known }

  /// The candidates, from memory or by the search. Two threads may search for the same id at the same time.
  func candidates(file: Int, id: String, search: () -> [PriceCandidate]) -> [PriceCandidate] {
    guard !id.isEmpty, id.utf8.count <= PriceFileIndex.idBytesMax else { return [] }
    let key = Key(file: file, id: id)
    if let candidates = known[key] { return candidates }
    if let candidates = generations.withLock({ $0.new[key] ?? $0.old[key] }) { return candidates }
    let candidates = search()
    generations.withLock { generations in
      if generations.new.count >= Self.generationMax { generations = Generations(old: generations.new) }
      generations.new[key] = candidates
    }
    return candidates
  }

  /// How many searches are kept now.
  var count: Int { generations.withLock { $0.new.count + $0.old.count } }
}
