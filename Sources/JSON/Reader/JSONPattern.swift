/// Which values of a document matter: everything that a pattern does not name is skipped at the speed of the scan.
///
/// A pattern is built once and compiled into a ``JSONShape``. Labels are the caller's; zero means that nothing is
/// reported.
public struct JSONPattern: Sendable {
  /// What is wanted of a string.
  enum StringInterest: Sendable {
    case none
    case length
    case characters
    case text
    case words([String])
  }

  var label: UInt8 = 0
  var string: StringInterest = .none
  /// Whether numbers, booleans and null are reported.
  var wantsScalars = false
  var members: [(name: String, pattern: JSONPattern)] = []
  /// What is wanted of the members that have no name of their own here; at most one.
  var anyMember: [JSONPattern] = []
  /// At most one.
  var element: [JSONPattern] = []
  /// Whether the begin and the end of objects and arrays are reported.
  var announces = false
  /// Whether the size of an object or array is reported, when the pattern does not look into it.
  var measuresContainers = false
  /// Whether the bytes of an object are kept.
  var keepsBytes = false

  /// Nothing of interest, to be told more about.
  public init() {}

  init(label: UInt8) { self.label = label }

  /// A number, boolean or null, or a string of which only the presence matters.
  public static func scalar<Label: RawRepresentable<UInt8>>(_ label: Label) -> JSONPattern {
    var pattern = JSONPattern(label: label.rawValue)
    pattern.wantsScalars = true
    return pattern
  }

  /// A string that is kept, up to ``JSONReader/textBytesMax``; other scalars are reported too.
  public static func text<Label: RawRepresentable<UInt8>>(_ label: Label) -> JSONPattern {
    var pattern = scalar(label)
    pattern.string = .text
    return pattern
  }

  /// A string that is one of some words, each of at most 32 bytes; other scalars are reported too.
  public static func word<Label: RawRepresentable<UInt8>>(_ label: Label, of words: [String]) -> JSONPattern {
    var pattern = scalar(label)
    pattern.string = .words(words)
    return pattern
  }

  /// The size of a value: the bytes of a string's text, or of an object or array as it is written.
  public static func size<Label: RawRepresentable<UInt8>>(_ label: Label) -> JSONPattern {
    var pattern = JSONPattern(label: label.rawValue)
    pattern.string = .length
    pattern.measuresContainers = true
    return pattern
  }

  /// The size of a string's text; anything else is skipped.
  public static func stringSize<Label: RawRepresentable<UInt8>>(_ label: Label) -> JSONPattern {
    var pattern = JSONPattern(label: label.rawValue)
    pattern.string = .length
    return pattern
  }

  /// The size of a string's text and the number of its characters; anything else is skipped. For short strings: they are
  /// read as those that are kept.
  public static func characters<Label: RawRepresentable<UInt8>>(_ label: Label) -> JSONPattern {
    var pattern = JSONPattern(label: label.rawValue)
    pattern.string = .characters
    return pattern
  }

  /// An object of which only some members matter.
  public static func object(_ members: KeyValuePairs<String, JSONPattern>) -> JSONPattern {
    JSONPattern().orObject(members)
  }

  /// An object whose begin and end are reported; scalars in its place are too.
  ///
  /// - Parameter keepsBytes: whether the object is kept as it is written, for ``JSONReader/exchangeKeptBytes(_:)``.
  public static func object<Label: RawRepresentable<UInt8>>(
    _ label: Label, keepsBytes: Bool = false, _ members: KeyValuePairs<String, JSONPattern>
  ) -> JSONPattern {
    var pattern = scalar(label).orObject(members)
    pattern.announces = true
    pattern.keepsBytes = keepsBytes
    return pattern
  }

  /// An array of which the elements matter.
  public static func array(of element: JSONPattern) -> JSONPattern {
    JSONPattern().orArray(of: element)
  }

  /// An array whose begin and end are reported.
  public static func array<Label: RawRepresentable<UInt8>>(_ label: Label, of element: JSONPattern) -> JSONPattern {
    var pattern = JSONPattern(label: label.rawValue).orArray(of: element)
    pattern.announces = true
    return pattern
  }

  /// The same, or a number, boolean or null.
  public func orScalar() -> JSONPattern {
    var pattern = self
    pattern.wantsScalars = true
    return pattern
  }

  /// The same, with the begin and the end of an object or array in its place reported.
  public func announced() -> JSONPattern {
    var pattern = self
    pattern.announces = true
    return pattern
  }

  /// The same, or an array.
  public func orArray(of element: JSONPattern) -> JSONPattern {
    var pattern = self
    pattern.element = [element]
    return pattern
  }

  /// The same, or an object of which every other member matters. When one is reported, ``JSONReader/withKeptText(_:)`` has its name, as
  /// long as no other string was read.
  public func orAnyMember(_ member: JSONPattern) -> JSONPattern {
    var pattern = self
    pattern.anyMember = [member]
    return pattern
  }

  /// The same, or an object.
  public func orObject(_ members: KeyValuePairs<String, JSONPattern>) -> JSONPattern {
    var pattern = self
    pattern.members.append(contentsOf: members.map { (name: $0.key, pattern: $0.value) })
    return pattern
  }
}
