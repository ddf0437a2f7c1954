internal import Dialects

/// What a link is found by.
enum LinkKind: UInt8 {
  case name = 1
  case toolCall, response, conversation, prefix, trace, node
  /// Prompts whose tokens a provider has reported: by what they say, and by the response that they led to.
  case prompt, context
}

/// Makes the words that links are found by.
struct LinkKeys: Sendable {
  private let key: FingerprintKey

  init(_ key: FingerprintKey) { self.key = key }

  /// Whose run it can be at all, and whose it is for sure.
  struct Scope: Sendable, Equatable {
    /// Of the key alone: a named run.
    var tenant: UInt64
    /// Of the key and the workflow: what ids find.
    var workflow: UInt64
    /// Of all that tells callers apart: what words find.
    var caller: UInt64
  }

  /// What ``Scope/tenant`` is of a key.
  func tenant(of key: String?) -> UInt64 { word(key ?? "", .max) }

  func scope(of caller: RunCaller) -> Scope {
    let tenant = tenant(of: caller.key)
    let workflow = word(caller.workflow, tenant)
    let all = word(caller.address ?? "", word(caller.provider, word(caller.agent, workflow)))
    return Scope(tenant: tenant, workflow: workflow, caller: all)
  }

  func link(_ kind: LinkKind, _ text: String, in scope: UInt64) -> UInt64 {
    link(kind, key.fingerprint(of: text), in: scope)
  }

  func link(_ kind: LinkKind, _ print: Fingerprint, in scope: UInt64) -> UInt64 {
    mixed(print.bits, scope &+ UInt64(kind.rawValue))
  }

  func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 { key.mixed(first, second) }

  private func word(_ text: String, _ scope: UInt64) -> UInt64 { mixed(key.fingerprint(of: text).bits, scope) }
}
