import Budgets
import Glibc
import Metering
import Observability
import Synchronization
import Testing

@testable import Ledger

@Suite("Keys and tokens in the ledger")
struct CredentialBookTests {
  private let scratch = Scratch()
  private let clock = TestClock()

  private func open(_ told: @escaping @Sendable (AccessSnapshot) -> Void = { _ in }) throws -> Ledger {
    try openLedger(scratch.data, clock: clock, observer: LedgerObserver(accessChanged: told))
  }

  private var grant: KeyGrant {
    var grant = KeyGrant()
    grant.agent = "researcher"
    grant.team = "data"
    grant.providers = ["openai", "anthropic"]
    grant.models = ["gpt-5*"]
    grant.budgets = ["nights"]
    grant.mayName = [.workflow, .run]
    grant.expiresAt = clock.now + 3600
    return grant
  }

  @Test("A key comes back as it was made, is told to whoever checks keys, and survives the process")
  func creation() async throws {
    let told = Told()
    let ledger = try open { told.append($0) }
    let issued = try await ledger.credentials.createKey("nightly", grant, by: "anna")
    #expect(issued.key.grant == grant && issued.key.name == "nightly")
    #expect(issued.key.created == VirtualKey.Change(at: clock.now, by: "anna"))
    #expect(issued.text.secret.exposed.hasPrefix("tg-\(issued.key.id)-"))
    #expect(issued.key.isOpened(by: issued.text.digest, at: clock.now))
    #expect(try await ledger.credentials.snapshot().keys == [issued.key])
    #expect(told.keys == [[], [issued.key]])
    ledger.close()
    let again = Told()
    try open { again.append($0) }.close()
    #expect(again.keys == [[issued.key]])
  }

  @Test("No file of the data directory holds a key or a token")
  func noSecretIsKept() async throws {
    let ledger = try open()
    let key = try await ledger.credentials.createKey("k", KeyGrant(), by: "a")
    let rotated = try await ledger.credentials.rotateKey("k", overlapSeconds: 60, by: "a")
    let token = try await ledger.credentials.createToken("t", .viewer, by: "a")
    for secret in [key.text, rotated.text, token.text] {
      // Neither whole nor as its random part.
      let part = Array(secret.secret.exposed.utf8.suffix(52))
      for name in names(in: scratch.data) {
        #expect(read("\(scratch.data)/\(name)").firstRange(of: part) == nil, "\(name)")
      }
    }
    ledger.close()
  }

  @Test("A rotated key keeps its id and what it is bound to; the former text is taken for as long as was said")
  func rotation() async throws {
    let ledger = try open()
    let first = try await ledger.credentials.createKey("k", grant, by: "a")
    let second = try await ledger.credentials.rotateKey("k", overlapSeconds: 60, by: "b")
    #expect(second.key.id == first.key.id && second.key.grant == first.key.grant)
    #expect(second.key.isOpened(by: second.text.digest, at: clock.now))
    #expect(second.key.isOpened(by: first.text.digest, at: clock.now + 59))
    #expect(!second.key.isOpened(by: first.text.digest, at: clock.now + 60))
    let third = try await ledger.credentials.rotateKey(first.key.id, overlapSeconds: 0, by: "b")
    #expect(!third.key.isOpened(by: second.text.digest, at: clock.now))
    #expect(third.key.previous == nil)
    await #expect(throws: LedgerError.self) {
      try await ledger.credentials.rotateKey("k", overlapSeconds: -1, by: "b")
    }
    ledger.close()
  }

  @Test("A revoked key stays in the list, and its name is free again")
  func revocation() async throws {
    let ledger = try open()
    let first = try await ledger.credentials.createKey("k", grant, by: "a")
    await #expect(throws: LedgerError.self) { try await ledger.credentials.createKey("k", KeyGrant(), by: "a") }
    let revoked = try await ledger.credentials.revokeKey("k", by: "b")
    #expect(revoked.revoked == VirtualKey.Change(at: clock.now, by: "b"))
    let second = try await ledger.credentials.createKey("k", KeyGrant(), by: "a")
    #expect(try await ledger.credentials.snapshot().keys.map(\.id) == [second.key.id, first.key.id])
    await #expect(throws: LedgerError.refused("the key \(first.key.id) is revoked")) {
      try await ledger.credentials.rotateKey(first.key.id, overlapSeconds: 0, by: "a")
    }
    await #expect(throws: LedgerError.unknown("there is no key x")) {
      try await ledger.credentials.revokeKey("x", by: "a")
    }
    ledger.close()
  }

  @Test("What cannot be kept as it is asked for is refused, and nothing is written")
  func refusals() async throws {
    let ledger = try open()
    for name in ["", ".", "a b", String(repeating: "a", count: 65), "é", "a\n"] {
      await #expect(throws: LedgerError.self, "\(name)") {
        try await ledger.credentials.createKey(name, KeyGrant(), by: "a")
      }
      await #expect(throws: LedgerError.self, "\(name)") {
        try await ledger.credentials.createToken(name, .viewer, by: "a")
      }
    }
    let changes: [@Sendable (inout KeyGrant) -> Void] = [
      { $0.agent = "" }, { $0.workflow = "a b" }, { $0.team = String(repeating: "t", count: 65) },
      { $0.providers = ["a\nb"] }, { $0.models = [""] }, { $0.models = Array(repeating: "m", count: 101) },
      { $0.expiresAt = .testStart }, { $0.mayName.insert(.agent) },
    ]
    for change in changes {
      var grant = grant
      change(&grant)
      await #expect(throws: LedgerError.self, "\(grant)") {
        try await ledger.credentials.createKey("k", grant, by: "a")
      }
    }
    #expect(try await ledger.credentials.snapshot().keys.isEmpty)
    #expect(try await ledger.credentials.audit(AuditFilter()).isEmpty)
    ledger.close()
  }

  @Test("Each change has its entry in the audit log: who, what, from what to what, and no secret")
  func audit() async throws {
    let ledger = try open()
    let key = try await ledger.credentials.createKey("k", grant, by: "anna")
    clock.now = clock.now + 1
    _ = try await ledger.credentials.rotateKey("k", overlapSeconds: 0, by: "bert")
    _ = try await ledger.credentials.revokeKey("k", by: "anna")
    let token = try await ledger.credentials.createToken("t", .approver, by: "anna")
    _ = try await ledger.credentials.revokeToken("t", by: "bert")
    try await ledger.credentials.record(
      AuditedChange(actor: "bert", action: "budget.set", subject: "b", before: "{}", after: #"{"limit":1}"#))
    let entries = try await ledger.credentials.audit(AuditFilter())
    #expect(
      entries.map(\.change.action) == [
        "budget.set", "token.revoke", "token.create", "key.revoke", "key.rotate", "key.create",
      ])
    #expect(entries.map(\.change.actor) == ["bert", "bert", "anna", "anna", "bert", "anna"])
    #expect(entries.last?.change.before == nil && entries.last?.change.after == key.key.json)
    for entry in entries {
      for secret in [key.text, token.text] {
        #expect(!"\(entry)".contains(secret.secret.exposed.suffix(52)))
        #expect(!"\(entry)".contains(secret.digest.hexadecimal))
      }
    }
    var filter = AuditFilter()
    filter.action = "key"
    #expect(try await ledger.credentials.audit(filter).count == 3)
    filter.actor = "bert"
    filter.from = clock.now
    #expect(try await ledger.credentials.audit(filter).map(\.change.action) == ["key.rotate"])
    filter = AuditFilter()
    filter.before = entries[2].id
    filter.limit = 1
    #expect(try await ledger.credentials.audit(filter) == [entries[3]])
    ledger.close()
  }

  @Test("The largest key stands whole in the audit log, and a page of many such ends early")
  func largeStates() async throws {
    let ledger = try open()
    var grant = KeyGrant()
    let patterns = Array(repeating: BudgetPattern(String(repeating: "\"", count: 256)), count: AccessRules.listMax)
    (grant.providers, grant.models, grant.budgets) = (patterns, patterns, patterns)
    var keys: [VirtualKey] = []
    for number in 0..<40 {
      keys.append(try await ledger.credentials.createKey("k\(number)", grant, by: "anna").key)
    }
    var filter = AuditFilter()
    filter.limit = 1_000
    var entries: [AuditEntry] = []
    while case let page = try await ledger.credentials.audit(filter), let last = page.last {
      #expect(filter.isFull(page) == (page.count + entries.count < keys.count) && page.count < 30)
      entries += page
      filter.before = last.id
    }
    #expect(entries.map(\.change.after) == keys.reversed().map(\.json))
    ledger.close()
  }

  @Test("Entries of the audit log go when they are older than the totals, the newest stays")
  func auditRetention() async throws {
    let ledger = try open()
    let change = AuditedChange(actor: "a", action: "x.y", subject: "s")
    try await ledger.credentials.record(change)
    clock.now = clock.now + 30 * 31 * 86_400
    try await ledger.credentials.record(change)
    #expect(try await ledger.credentials.audit(AuditFilter()).count == 1)
    ledger.close()
  }

  @Test("Without a proxy the same is done in the data directory, which is made where it is missing")
  func offline() async throws {
    let now: @Sendable () -> Timestamp = { [clock] in clock.now }
    #expect(throws: LedgerError.self) {
      try OfflineLedger(directory: scratch.data, logger: LogBook().logger, now: now)
    }
    let offline = try OfflineLedger(directory: scratch.data, creating: true, logger: LogBook().logger, now: now)
    let issued = try await offline.credentials.createKey("k", grant, by: "a")
    #expect(throws: LedgerError.self) { try open() }
    offline.close()
    #expect(permissions(of: scratch.data) == 0o700)
    #expect(permissions(of: scratch.data + "/ledger.sqlite") == 0o600)
    let told = Told()
    try open { told.append($0) }.close()
    #expect(told.keys == [[issued.key]])
  }

  @Test("Only a text of the right form is looked up, and each that is made has it")
  func texts() throws {
    for kind in CredentialKind.allCases {
      let text = CredentialText(new: kind).secret.exposed
      #expect(CredentialText(text, of: kind)?.secret.exposed == text)
      #expect(CredentialText.isMeant(by: text))
      for other in CredentialKind.allCases where other != kind { #expect(CredentialText(text, of: other) == nil) }
      for wrong in ["", String(text.dropLast()), text + "0", text.uppercased(), " " + text, String(text.dropFirst())] {
        #expect(CredentialText(wrong, of: kind) == nil)
      }
    }
    #expect("\(CredentialText(new: .virtualKey))".contains("***"))
    let digest = CredentialDigest(of: "abc")
    // FIPS 180-2, appendix B.1
    #expect(digest.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(CredentialDigest(hexadecimal: digest.hexadecimal).map { digest.matches($0) } == true)
    #expect(!digest.matches(CredentialDigest(of: "abd")))
    #expect(CredentialDigest(hexadecimal: String(repeating: "g", count: 64)) == nil)
  }
}

/// What an observer was told.
private final class Told: Sendable {
  private let kept = Mutex<[AccessSnapshot]>([])
  func append(_ snapshot: AccessSnapshot) { kept.withLock { $0.append(snapshot) } }
  var keys: [[VirtualKey]] { kept.withLock { $0.map(\.keys) } }
}
