public import Metering

/// Which calls to list, newest first. What is nil does not filter.
public struct CallFilter: Sendable {
  public var agent: String?
  public var workflow: String?
  public var run: String?
  /// The model that answered.
  public var model: String?
  public var provider: String?
  public var outcome: Outcome?
  public var providerResponseID: String?
  /// Calls that started at this time or later.
  public var from: Timestamp?
  /// Calls that started before this time.
  public var to: Timestamp?
  /// Only calls with a smaller id than this one: the cursor.
  public var before: CallID?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}
