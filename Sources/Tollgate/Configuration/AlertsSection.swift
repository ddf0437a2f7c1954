import Escalation
import Ledger

/// `alerts`: who is told of what no budget says. Each rule has a list of receivers, `all` (the default, but for `anomaly`) or `off`.
struct AlertsSection: Sendable, Equatable {
  /// By rule, what was said of it; everyone is told of the others. What goes wrong quietly does so often: nobody is told who does not
  /// ask for it.
  var rules: [AlertRule: Told] = [.anomaly: .off]

  enum Told: Sendable, Equatable {
    case off
    case receivers([String])
  }

  static let key = "alerts"

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let section = MappingReader(value, keys: AlertRouting.rules.map(\.rawValue), context: &context)
    for rule in AlertRouting.rules {
      guard let value = section[rule.rawValue] else { continue }
      if value.isList {
        rules[rule] = .receivers(value.list(&context).compactMap { $0.text(&context) })
      } else if let text = value.text(&context) {
        rules[rule] =
          switch text {
          case "all": nil
          case "off": .off
          default: .receivers([text])
          }
      }
    }
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) { section in
      for rule in AlertRouting.rules {
        switch rules[rule] {
        case nil: section.entry(rule.rawValue, "all")
        case .off: section.entry(rule.rawValue, "off")
        case .receivers(let names): section.entry(rule.rawValue, names)
        }
      }
    }
  }

  /// Who is told of what.
  func routing(_ receivers: ReceiversSection) -> AlertRouting {
    let everyone = receivers.receivers.map(\.name)
    let said = rules.mapValues { told -> [String] in
      switch told {
      case .off: []
      case .receivers(let names): names
      }
    }
    return AlertRouting(everyone: everyone, receivers: said)
  }

  /// What to say of a receiver that is not there.
  static func unknown(_ name: String, _ receivers: ReceiversSection) -> String {
    let hint =
      NearestName.hint(for: name, among: receivers.receivers.map(\.name)).map { "; did you mean \"\($0)\"?" }
      ?? "; configure it under receivers"
    return "there is no receiver \"\(name)\"\(hint)"
  }

  /// What is said of receivers that are not there: the rule and the name.
  func unknownReceivers(_ receivers: ReceiversSection) -> [(path: String, message: String)] {
    let known = receivers.receivers.map(\.name)
    var problems: [(path: String, message: String)] = []
    for rule in AlertRouting.rules {
      guard case .receivers(let names)? = rules[rule] else { continue }
      for name in names where !known.contains(name) {
        problems.append(("\(Self.key).\(rule.rawValue)", Self.unknown(name, receivers)))
      }
    }
    return problems
  }
}
