public import Ledger
internal import Metering
internal import Observability

/// Keys, tokens and the audit log as the API and the commands show them. A secret is in the answer that makes it, as
/// `secret`, and in no other.
public enum CredentialJSON {
  /// A key; with its text, where it has just been made.
  public static func document(_ key: VirtualKey, text: CredentialText? = nil) -> [UInt8] {
    object { writer in
      key.writeMembers(to: &writer)
      if let text { writer.member("secret", text.secret.exposed) }
    }
  }

  /// A token; with its text, where it has just been made.
  public static func document(_ token: NamedToken, text: CredentialText? = nil) -> [UInt8] {
    object { writer in
      token.writeMembers(to: &writer)
      if let text { writer.member("secret", text.secret.exposed) }
    }
  }

  /// All keys: one page.
  public static func page(_ keys: [VirtualKey]) -> [UInt8] {
    page(keys, next: nil) { key, writer in writer.object { key.writeMembers(to: &$0) } }
  }

  /// All tokens: one page.
  public static func page(_ tokens: [NamedToken]) -> [UInt8] {
    page(tokens, next: nil) { token, writer in writer.object { token.writeMembers(to: &$0) } }
  }

  /// A page of the audit log.
  public static func page(_ entries: [AuditEntry], next: Int64?) -> [UInt8] {
    page(entries, next: next) { entry, writer in
      writer.object { writer in
        writer.key("id")
        writer.integer(entry.id)
        writer.member("at", entry.at.rfc3339)
        writer.member("actor", entry.change.actor)
        writer.member("action", entry.change.action)
        writer.member("subject", entry.change.subject)
        for (name, state) in [("before", entry.change.before), ("after", entry.change.after)] {
          writer.key(name)
          if let state { writer.literal(state) } else { writer.null() }
        }
      }
    }
  }

  private static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { members(&$0) }
    return writer.bytes
  }

  private static func page<Row>(
    _ rows: [Row], next: Int64?, _ write: (Row, inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("rows")
      writer.array { writer in for row in rows { write(row, &writer) } }
      writer.key("next")
      writer.string(next.map(String.init))
    }
    return writer.bytes
  }
}
