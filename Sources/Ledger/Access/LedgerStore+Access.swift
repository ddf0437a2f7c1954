import Metering

/// Changes of keys and tokens, each with its entry in the audit log, inside a transaction.
extension LedgerStore {
  var access: AccessStore { AccessStore(connection: connection) }

  func createKey(_ name: String, _ grant: KeyGrant, _ text: CredentialText, _ change: VirtualKey.Change) throws
    -> VirtualKey
  {
    try AccessRules.check(name: name, of: "key")
    try AccessRules.check(grant, now: change.at)
    guard try access.key(name) == nil else {
      throw LedgerError.refused("there is a key named \(name): take another name, rotate that one, or revoke it first")
    }
    try access.makeRoom(in: .virtualKeys)
    let key = VirtualKey(id: text.id, name: name, grant: grant, digest: text.digest, created: change)
    try access.write(key)
    try audit("key.create", key.name, before: nil, after: key.json, change)
    return key
  }

  /// - Parameter overlapSeconds: for how long the key's former text is taken too.
  func rotateKey(
    _ nameOrID: String, to text: (_ id: String) -> CredentialText, overlapSeconds: Int64, _ change: VirtualKey.Change
  ) throws -> IssuedKey {
    let before = try presentKey(nameOrID)
    let text = text(before.id)
    var key = before
    key.previous = nil
    if overlapSeconds > 0 {
      let until = change.at.unixMicroseconds &+ overlapSeconds &* 1_000_000
      key.previous = VirtualKey.PreviousDigest(
        digest: before.digest, validUntil: Timestamp(unixMicroseconds: until))
    }
    key.digest = text.digest
    key.rotated = change
    try access.write(key)
    try audit("key.rotate", key.name, before: before.json, after: key.json, change)
    return IssuedKey(key: key, text: text)
  }

  func revokeKey(_ nameOrID: String, _ change: VirtualKey.Change) throws -> VirtualKey {
    let before = try presentKey(nameOrID)
    var key = before
    key.revoked = change
    key.previous = nil
    try access.write(key)
    try audit("key.revoke", key.name, before: before.json, after: key.json, change)
    return key
  }

  private func presentKey(_ nameOrID: String) throws -> VirtualKey {
    guard let key = try access.key(nameOrID) else { throw LedgerError.unknown("there is no key \(nameOrID)") }
    guard key.revoked == nil else { throw LedgerError.refused("the key \(nameOrID) is revoked") }
    return key
  }

  func createToken(_ name: String, _ role: ControlRole, _ text: CredentialText, _ change: VirtualKey.Change) throws
    -> NamedToken
  {
    try AccessRules.check(name: name, of: "token")
    guard try access.token(name) == nil else {
      throw LedgerError.refused("there is a token named \(name): take another name, or revoke it first")
    }
    try access.makeRoom(in: .controlTokens)
    let token = NamedToken(id: text.id, name: name, role: role, digest: text.digest, created: change)
    try access.write(token)
    try audit("token.create", token.name, before: nil, after: token.json, change)
    return token
  }

  func revokeToken(_ nameOrID: String, _ change: VirtualKey.Change) throws -> NamedToken {
    guard let before = try access.token(nameOrID) else {
      throw LedgerError.unknown("there is no token \(nameOrID)")
    }
    guard before.revoked == nil else { throw LedgerError.refused("the token \(nameOrID) is revoked") }
    var token = before
    token.revoked = change
    try access.write(token)
    try audit("token.revoke", token.name, before: before.json, after: token.json, change)
    return token
  }

  private func audit(
    _ action: String, _ subject: String, before: String?, after: String?, _ change: VirtualKey.Change
  ) throws {
    try audit(
      AuditedChange(actor: change.by, action: action, subject: subject, before: before, after: after), at: change.at)
  }
}
