/// Who may import whom: the order of the modules is the architecture, and the build does not check all of it.
enum ImportRules {
  /// From the module that knows least to the one that wires everything. A target imports only what stands before it.
  static let order = [
    "CLibcurl", "CZlib", "CCurl", "CPriceBook", "CVocabularies", "JSON", "Metering", "Tokenizers", "Dialects",
    "Budgets", "Runs",
    "Observability", "Ledger", "Upstream", "Escalation", "Gateway", "Control", "Tollgate",
  ]
  /// Values and state machines: no clock, no I/O, nothing but each other and the standard library.
  static let pure: Set<String> = ["JSON", "Metering", "Tokenizers", "Dialects", "Budgets", "Runs"]
  /// Modules that hold nothing but constants.
  static let constants: Set<String> = ["CVocabularies"]
  /// Modules that come with the compiler and touch nothing outside the process.
  static let standardLibrary: Set<String> = ["Swift", "Synchronization"]
  /// Where bytes pass: no Foundation, whose types allocate and convert.
  static let dataPlane: Set<String> = ["Upstream", "Gateway"]
  /// Libraries that one module alone knows, so that they can be replaced there.
  static let onlyIn: [String: Set<String>] = [
    "GRDB": ["Ledger"], "GRDBSQLite": ["Ledger"], "CCurl": ["Upstream"], "CLibcurl": ["CCurl"], "CZlib": ["Gateway"],
    "CPriceBook": ["Tollgate"], "CVocabularies": ["Tokenizers"],
    "Hummingbird": ["Control", "Tollgate"], "Yams": ["Tollgate"], "ArgumentParser": ["Tollgate"],
  ]

  static let all = [layering, purity, noFoundationInDataPlane, knownInOnePlace]

  private static let layering = rule(
    "a target imports only what stands before it", example: ("Metering", "Gateway")
  ) { target, module in
    guard let own = order.firstIndex(of: target), let other = order.firstIndex(of: module) else { return nil }
    return other < own ? nil : "\(target) must not know \(module), which stands after it"
  }

  private static let purity = rule("pure modules import only each other", example: ("JSON", "Dispatch")) {
    target, module in
    pure.contains(target) && !pure.union(standardLibrary).union(constants).contains(module)
      ? "\(target) is pure: it imports no \(module)" : nil
  }

  private static let noFoundationInDataPlane = rule(
    "the data plane does without Foundation", example: ("Gateway", "FoundationEssentials")
  ) { target, module in
    dataPlane.contains(target) && module.hasPrefix("Foundation") ? "\(module) does not belong on the byte path" : nil
  }

  private static let knownInOnePlace = rule("a library is known in one place", example: ("Control", "GRDB")) {
    target, module in
    guard let allowed = onlyIn[module], !allowed.contains(target) else { return nil }
    return "only \(allowed.sorted().joined(separator: " and ")) may know \(module)"
  }

  private static func rule(
    _ name: String, example: (target: String, module: String),
    _ objection: @escaping @Sendable (String, String) -> String?
  ) -> Rule {
    let file = SourceFile(path: "Sources/\(example.target)/Example.swift", text: "public import \(example.module)\n")
    return Rule(name: name, example: file) { file in
      guard file.isProduct, let target = file.target else { return [] }
      return file.imports.compactMap { found in
        objection(target, found.module).map { Violation(path: file.path, line: found.line, reason: $0) }
      }
    }
  }
}
