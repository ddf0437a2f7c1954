import Budgets
public import Observability

extension VirtualKey {
  /// Writes the key as the API and the audit log show it, without any secret, as the members of an object.
  public func writeMembers(to writer: inout JSONWriter) {
    writer.add("id", id)
    writer.add("name", name)
    writer.add("agent", grant.agent)
    writer.add("workflow", grant.workflow)
    writer.add("team", grant.team)
    writer.add("providers", grant.providers.map(\.text))
    writer.add("models", grant.models.map(\.text))
    writer.add("budgets", grant.budgets.map(\.text))
    writer.add("may_name", NameableField.allCases.filter(grant.mayName.contains).map(\.rawValue))
    writer.add("expires_at", grant.expiresAt?.rfc3339)
    writer.add("created", created)
    writer.add("rotated", rotated)
    writer.add("previous_valid_until", previous?.validUntil.rfc3339)
    writer.add("revoked", revoked)
  }

  /// The same as a text.
  var json: String { JSONWriter.text { writeMembers(to: &$0) } }
}

extension NamedToken {
  /// Writes the token as the API and the audit log show it, without its secret, as the members of an object.
  public func writeMembers(to writer: inout JSONWriter) {
    writer.add("id", id)
    writer.add("name", name)
    writer.add("role", role.rawValue)
    writer.add("created", created)
    writer.add("revoked", revoked)
  }

  /// The same as a text.
  var json: String { JSONWriter.text { writeMembers(to: &$0) } }
}

extension JSONWriter {
  /// The text of an object.
  static func text(_ members: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.object { members(&$0) }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  fileprivate mutating func add(_ name: StaticString, _ text: String?) {
    key(name.description)
    string(text)
  }

  fileprivate mutating func add(_ name: StaticString, _ texts: [String]) {
    key(name.description)
    array { writer in for text in texts { writer.string(text) } }
  }

  fileprivate mutating func add(_ name: StaticString, _ change: VirtualKey.Change?) {
    key(name.description)
    guard let change else { return null() }
    object { writer in
      writer.add("at", change.at.rfc3339)
      writer.add("by", change.by)
    }
  }
}
