/// The files of one provider: an operator's entries before those that came with the program.
struct PriceGroup: Sendable {
  /// The name of the files without `.json`.
  var key: String
  /// Places in the book's files, in the order in which they are searched.
  var layers: [Int]
  /// The names of the providers that are searched after it.
  var fallback: [String]
}

/// Finds the files that a provider's calls are priced by.
struct PriceGroups: Sendable {
  private(set) var all: [PriceGroup] = []
  private var byName: [String: Int] = [:]
  private var byHost: [String: (group: Int, host: PriceHost)] = [:]
  private var hostGlobs: [(group: Int, host: PriceHost)] = []

  /// - Parameter files: those of one key stand together, the operator's first.
  init(_ files: [PriceFile]) {
    for (index, file) in files.enumerated() {
      if let last = all.indices.last, all[last].key == file.key {
        all[last].layers.append(index)
        if all[last].fallback.isEmpty { all[last].fallback = file.fallback }
      } else {
        all.append(PriceGroup(key: file.key, layers: [index], fallback: file.fallback))
      }
      addHosts(of: file, group: all.count - 1)
    }
    for (index, group) in all.enumerated() { byName[group.key] = index }
    for (index, group) in all.enumerated() {
      for name in group.layers.flatMap({ [files[$0].provider] + files[$0].providers }) where byName[name] == nil {
        byName[name] = index
      }
    }
    // The glob that says most comes first, as with models.
    hostGlobs.sort { $0.host.glob.weight > $1.host.glob.weight }
  }

  private mutating func addHosts(of file: PriceFile, group: Int) {
    for host in file.hosts {
      if !host.glob.isLiteral {
        hostGlobs.append((group, host))
      } else if byHost[host.glob.text] == nil {
        byHost[host.glob.text] = (group, host)
      }
    }
  }

  /// The group of this name: of a file, or of a provider that a file names.
  func group(named name: String) -> Int? { byName[name] }

  /// The group whose prices count: the operator's word, else the host that calls go to, else the provider's name.
  func group(for terms: PriceTerms) -> (group: Int, host: PriceHost?)? {
    let found = terms.host.flatMap(group(ofHost:))
    if let name = terms.priceFile { return byName[name].map { ($0, found?.group == $0 ? found?.host : nil) } }
    return found.map { ($0.group, $0.host) } ?? byName[terms.provider].map { ($0, nil) }
  }

  private func group(ofHost host: String) -> (group: Int, host: PriceHost)? {
    if let found = byHost[host] { return found }
    return hostGlobs.first { $0.host.glob.matches(host) }
  }
}
