/// Calls and types that have no place in some or all of the product, each with what to do instead.
enum BannedWords {
  static let all: [Rule] = [
    .ban(
      "try!", "as!", in: \.isProduct, because: "a trap ends every stream in the process; throw or return instead",
      example: "Sources/Ledger/Example.swift"),
    .ban(
      "fatalError(", "preconditionFailure(", "precondition(", in: \.isProduct,
      because: "fail the one exchange and count it", example: "Sources/Gateway/Example.swift"),
    .ban(
      "Task.detached", in: \.isProduct, because: "nobody waits for it or sees it fail",
      example: "Sources/Control/Example.swift"),
    .ban(
      "Task {", in: isDataPlane, because: "the data plane is event-loop code", example: "Sources/Gateway/Example.swift"),
    .ban(
      "DispatchQueue.main", in: \.isProduct, because: "a server has no main queue",
      example: "Sources/Tollgate/Example.swift"),
    .ban(
      "print(", in: { $0.isProduct && $0.target != "Tollgate" }, because: "modules log, only commands print",
      example: "Sources/Ledger/Example.swift"),
    .ban(
      "Double", "Float", in: { $0.isProduct && $0.target == "Metering" }, because: "money and tokens are integers",
      example: "Sources/Metering/Example.swift"),
    .ban(
      "unsafeFlags", "-Ounchecked", in: { _ in true }, because: "checks stay on", example: "Package.swift"),
  ]

  @Sendable private static func isDataPlane(_ file: SourceFile) -> Bool {
    file.isProduct && ImportRules.dataPlane.contains(file.target ?? "")
  }
}
