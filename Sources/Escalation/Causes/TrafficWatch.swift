public import Ledger
public import Metering

/// Tells from counters, read every few seconds, which providers fail and which calls are not priced or metered. It reads no clock.
///
/// A provider fails where, within two minutes, at least three attempts and at least half of all failed; it no longer does once fewer
/// than a quarter fail, or when nobody has called it for ten minutes. Calls without a price or a meter are over after an hour without one.
public struct TrafficWatch: Sendable {
  static let windowMicroseconds: Int64 = 120_000_000
  static let failuresMin: Int64 = 3
  static let failingPercent: Int64 = 50
  static let recoveredPercent: Int64 = 25
  static let idleMicroseconds: Int64 = 600_000_000
  static let quietMicroseconds: Int64 = 3_600_000_000
  /// Providers are the operator's; more than that are not watched.
  static let providersMax = 1000

  /// What is to be said of a provider.
  public enum Finding: Sendable, Equatable {
    case fires(AlertRule, TrafficFacts)
    case ends(AlertKey)
  }

  private struct Reading: Sendable {
    var at: Timestamp
    var failures: Int64
    var answers: Int64
  }

  private struct Kind: Sendable {
    var seen: Int64 = 0
    /// Since it fires.
    var calls: Int64 = 0
    var lastAt: Timestamp?
  }

  private struct Watched: Sendable {
    var readings: [Reading] = []
    var lastAttemptAt: Timestamp?
    var isFailing = false
    var unpriced = Kind()
    var unmetered = Kind()
  }

  private var watched: [String: Watched] = [:]

  public init() {}

  /// What the process before had told and this one has not seen: it fires until its time is over without another one.
  public mutating func resume(_ keys: [AlertKey], now: Timestamp) {
    for key in keys where watched.count < Self.providersMax {
      var provider = watched[key.group.subject] ?? Watched()
      switch key.group.rule {
      case .upstreamFailing:
        provider.isFailing = true
        provider.lastAttemptAt = now
      case .unpriced: provider.unpriced.lastAt = now
      case .unmetered: provider.unmetered.lastAt = now
      default: continue
      }
      watched[key.group.subject] = provider
    }
  }

  /// What the counters of a moment say.
  public mutating func note(_ traffic: [ProviderTraffic], now: Timestamp) -> [Finding] {
    var findings: [Finding] = []
    for reading in traffic {
      guard watched.count < Self.providersMax || watched[reading.provider] != nil else { continue }
      var provider = watched[reading.provider] ?? Watched()
      findings += Self.judge(reading, &provider, now: now)
      findings += Self.note(.unpriced, reading.unpriced, of: reading.provider, &provider.unpriced, now: now)
      findings += Self.note(.unmetered, reading.unmetered, of: reading.provider, &provider.unmetered, now: now)
      watched[reading.provider] = provider
    }
    return findings
  }

  private static func judge(_ traffic: ProviderTraffic, _ provider: inout Watched, now: Timestamp) -> [Finding] {
    let before = provider.readings.last ?? Reading(at: now, failures: 0, answers: 0)
    if traffic.failures > before.failures || traffic.answers > before.answers { provider.lastAttemptAt = now }
    provider.readings.append(Reading(at: now, failures: traffic.failures, answers: traffic.answers))
    // The newest one that is as old as the window is what the others are counted from.
    while provider.readings.count > 1, provider.readings[1].at + windowMicroseconds <= now {
      provider.readings.removeFirst()
    }
    let first = provider.readings[0].at + windowMicroseconds <= now ? provider.readings[0] : nil
    let failures = traffic.failures - (first?.failures ?? 0)
    let attempts = failures + traffic.answers - (first?.answers ?? 0)
    let key = AlertKey.provider(.upstreamFailing, traffic.provider)
    if failures >= failuresMin, failures * 100 >= attempts * failingPercent {
      provider.isFailing = true
      return [
        .fires(.upstreamFailing, TrafficFacts(provider: traffic.provider, calls: failures, callsInAll: attempts))
      ]
    }
    guard provider.isFailing else { return [] }
    let isIdle = provider.lastAttemptAt.map { $0 + idleMicroseconds <= now } ?? true
    guard isIdle || attempts > 0 && failures * 100 < attempts * recoveredPercent else { return [] }
    provider.isFailing = false
    return [.ends(key)]
  }

  private static func note(
    _ rule: AlertRule, _ count: Int64, of provider: String, _ kind: inout Kind, now: Timestamp
  ) -> [Finding] {
    if count > kind.seen {
      kind.calls += count - kind.seen
      kind.seen = count
      kind.lastAt = now
      return [.fires(rule, TrafficFacts(provider: provider, calls: kind.calls))]
    }
    guard let last = kind.lastAt, last + quietMicroseconds <= now else { return [] }
    kind.lastAt = nil
    kind.calls = 0
    return [.ends(.provider(rule, provider))]
  }
}
