/// A query parameter that cannot be used: which, what it said, and what would be taken.
public struct ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The parameter's name.
  public var parameter: String
  /// What was given, at most 256 bytes.
  public var value: String
  /// What is accepted, as the end of "accepted is".
  public var accepted: String

  /// An error about one parameter.
  public init(_ parameter: String, value: some StringProtocol, accepted: String) {
    self.parameter = parameter
    self.value = String(decoding: value.utf8.prefix(256), as: UTF8.self)
    self.accepted = accepted
  }

  /// One sentence for people.
  public var description: String {
    "The parameter \(parameter) cannot be \"\(value)\"; accepted is \(accepted)."
  }
}
