import Metering

/// The numbers that stand for enum cases in the database and in the in-flight file. They are stored: a number is never
/// given to another case.
extension Outcome {
  var code: Int64 {
    switch self {
    case .ok: 0
    case .clientError: 1
    case .upstreamError: 2
    case .denied: 3
    case .aborted: 4
    case .timeout: 5
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

extension UsageSource {
  var code: Int64 {
    switch self {
    case .none: 0
    case .provider: 1
    case .counted: 2
    case .bound: 3
    case .recovered: 4
    case .atLeast: 5
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

extension RunSource {
  var code: Int64 {
    switch self {
    case .explicit: 0
    case .session: 1
    case .toolCall: 2
    case .response: 3
    case .messages: 4
    case .trace: 5
    case .new: 6
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

extension CostSource {
  var code: Int64 {
    switch self {
    case .priced: 0
    case .partial: 1
    case .unpriced: 2
    case .free: 3
    case .unmetered: 4
    case .fixed: 5
    case .reported: 6
    case .substituted: 7
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

extension Billing {
  var code: Int64 {
    switch self {
    case .metered: 0
    case .subscription: 1
    case .free: 2
    }
  }

  init?(code: Int64) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

/// The cells in stored order, made once: `allCases` makes an array at every use.
let usageCells = UsageCell.allCases
