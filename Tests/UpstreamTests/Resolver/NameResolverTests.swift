import Synchronization
import Testing

@testable import Upstream

/// The look-up of names, with look-ups and a clock of our own.
@Suite struct NameResolverTests {
  private static let address = NameLookup.found([HostAddress("192.0.2.1")].compactMap { $0 })
  private static let other = NameLookup.found([HostAddress("192.0.2.2")].compactMap { $0 })

  @Test func `callers that ask for one name at once share a look-up`() async {
    let names = ScriptedNames()
    let resolver = NameResolver(lookUp: names.lookUp, now: { 0 })
    let waiters = (0..<50).map { _ in LookupWaiter(resolver, "a.example") }
    names.answer("a.example", Self.address)
    for waiter in waiters { #expect(await waiter.result() == Self.address) }
    #expect(names.asked == ["a.example"])
    #expect(resolver.pendingCount == 0)
  }

  @Test func `an answer is fresh for 30 s, then used while it is renewed, then forgotten`() async {
    let names = ScriptedNames()
    let time = Mutex<Int64>(1000)
    let resolver = NameResolver(lookUp: names.lookUp, now: { time.withLock { $0 } })
    let first = LookupWaiter(resolver, "a.example")
    names.answer("a.example", Self.address)
    #expect(await first.result() == Self.address)

    time.withLock { $0 += NameResolver.freshMilliseconds - 1 }
    #expect(LookupWaiter(resolver, "a.example").known == Self.address)
    #expect(names.asked.count == 1)

    time.withLock { $0 += 1 }
    #expect(LookupWaiter(resolver, "a.example").known == Self.address)
    #expect(LookupWaiter(resolver, "a.example").known == Self.address)
    names.answer("a.example", Self.other)
    await names.untilIdle(resolver)
    #expect(names.asked.count == 2)
    #expect(LookupWaiter(resolver, "a.example").known == Self.other)

    time.withLock { $0 += NameResolver.freshMilliseconds + NameResolver.staleMilliseconds }
    let late = LookupWaiter(resolver, "a.example")
    #expect(late.known == nil)
    names.answer("a.example", Self.address)
    #expect(await late.result() == Self.address)
  }

  @Test func `a failure is remembered for a second, and does not replace an answer that may still hold`() async {
    let names = ScriptedNames()
    let time = Mutex<Int64>(0)
    let resolver = NameResolver(lookUp: names.lookUp, now: { time.withLock { $0 } })
    let failed = NameLookup.failed("no such name")
    let first = LookupWaiter(resolver, "a.example")
    names.answer("a.example", failed)
    #expect(await first.result() == failed)
    #expect(LookupWaiter(resolver, "a.example").known == failed)
    time.withLock { $0 += NameResolver.failedMilliseconds }
    let second = LookupWaiter(resolver, "a.example")
    #expect(second.known == nil)
    names.answer("a.example", Self.address)
    #expect(await second.result() == Self.address)

    // From here on every look-up fails: the answer is used for as long as it may be, and no longer.
    let end = time.withLock { $0 } + NameResolver.freshMilliseconds + NameResolver.staleMilliseconds
    while time.withLock({
      $0 += 20_000; return $0
    }) < end {
      #expect(LookupWaiter(resolver, "a.example").known == Self.address)
      names.answer("a.example", failed)
      await names.untilIdle(resolver)
    }
    let last = LookupWaiter(resolver, "a.example")
    names.answer("a.example", failed)
    #expect(await last.result() == failed)
  }

  @Test func `names that hang leave threads for others, until all threads hang`() async {
    let names = ScriptedNames()
    let resolver = NameResolver(lookUp: names.lookUp, now: { 0 })
    let hanging = (0..<(NameResolver.threadsMax - 1)).map { LookupWaiter(resolver, "hang-\($0).example") }
    let quick = LookupWaiter(resolver, "quick.example")
    names.answer("quick.example", Self.address)
    #expect(await quick.result() == Self.address)
    for number in hanging.indices { names.answer("hang-\(number).example", Self.other) }
    for waiter in hanging { #expect(await waiter.result() == Self.other) }
  }

  @Test func `names that wait for a thread are bounded, and the rest is told at once`() async {
    let names = ScriptedNames()
    let resolver = NameResolver(lookUp: names.lookUp, now: { 0 })
    let running = (0..<NameResolver.threadsMax).map { LookupWaiter(resolver, "running-\($0).example") }
    await names.untilAsked(NameResolver.threadsMax)
    let queued = (0..<NameResolver.queueMax).map { LookupWaiter(resolver, "queued-\($0).example") }
    #expect(queued.allSatisfy { $0.known == nil })
    guard case .failed? = LookupWaiter(resolver, "one-more.example").known else {
      Issue.record("a name beyond the limit was queued")
      return
    }
    names.answerAll(Self.address)
    for waiter in running + queued { #expect(await waiter.result() == Self.address) }
    #expect(resolver.pendingCount == 0)
  }

  @Test func `the system knows localhost, and that a name under invalid is none`() {
    guard case .found(let addresses) = NameLookup.system("localhost") else {
      Issue.record("localhost was not found")
      return
    }
    #expect(addresses.allSatisfy { $0.text == "127.0.0.1" || $0.text == "::1" })
    guard case .failed(let reason) = NameLookup.system("nothing.invalid") else {
      Issue.record("nothing.invalid was found")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test(arguments: [
    ("127.0.0.1", true, false), ("::1", true, true), ("2001:db8::1", true, true), ("::ffff:1.2.3.4", true, true),
    ("127.1", false, false), ("0x7f.0.0.1", false, false), ("[::1]", false, false), ("fe80::1%eth0", false, false),
    ("localhost", false, false), ("", false, false), ("1.2.3.4.5", false, false), ("1.2.3.256", false, false),
  ])
  func `an address is one in its usual spelling only`(text: String, isAddress: Bool, isVersion6: Bool) {
    let address = HostAddress(text)
    #expect((address != nil) == isAddress)
    #expect((address?.isVersion6 ?? false) == isVersion6)
    if let address { #expect(address.bracketed == (isVersion6 ? "[\(text)]" : text)) }
  }
}
