/// What a ``JSONReader`` met. The number is the label that the ``JSONPattern`` gave to the value.
public enum JSONEvent: Equatable, Sendable {
  /// The part is used up.
  case needsMore
  /// A labelled object or array begins, at ``JSONReader/valueStart``.
  case begin(UInt8)
  /// A labelled object or array ended, at ``JSONReader/valueEnd``.
  case end(UInt8)
  /// A labelled string, number, boolean or null; or an object or array of which only the size was asked.
  case value(UInt8)
  /// The document ended. Only blanks may follow.
  case documentEnd
  /// This is not JSON, or deeper than ``JSONReader/depthMax``. The reader stays here until it is reset.
  case failed
}

/// What kind of value a ``JSONEvent/value(_:)`` was.
public enum JSONValueKind: Sendable, Equatable {
  /// A string: see ``JSONReader/string``, ``JSONReader/word`` and ``JSONReader/size``.
  case string
  /// A number: see ``JSONReader/count``.
  case number
  /// `true` or `false`: see ``JSONReader/isTrue``.
  case bool
  /// `null`.
  case null
  /// An object or array whose size alone was asked for.
  case container
}
