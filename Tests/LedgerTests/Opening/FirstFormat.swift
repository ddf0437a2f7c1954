import GRDBSQLite
import Metering

@testable import Ledger

/// Files as version 1 of the formats wrote them: the statements and the layout of that version, written out.
enum FirstFormat {
  static let cells = [
    "in", "in_audio", "in_image", "in_cached", "in_cached_audio", "in_cached_image", "in_write", "in_write_5m",
    "in_write_30m", "in_write_1h", "in_write_12h", "out", "out_reasoning", "out_audio", "out_image", "web_search",
    "file_search",
  ]

  /// A database with two calls of one hour: one of 1.5 USD, one without a price.
  static let database: String = {
    let usage = cells.map { "use_\($0) INTEGER NOT NULL DEFAULT 0" }.joined(separator: ", ")
    return """
      CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE calls (
        id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL,
        provider ANY NOT NULL, dialect ANY, method ANY NOT NULL, path ANY NOT NULL, model_requested ANY, model ANY,
        agent ANY NOT NULL, workflow ANY NOT NULL, run TEXT,
        status INTEGER NOT NULL, outcome INTEGER NOT NULL, is_stream INTEGER NOT NULL,
        usage_source INTEGER NOT NULL, cost INTEGER, debited INTEGER, cost_source INTEGER NOT NULL, priced_as ANY,
        billing INTEGER NOT NULL, service_tier ANY, geo ANY,
        tool_calls INTEGER NOT NULL, server_tools INTEGER NOT NULL, tool_results INTEGER NOT NULL,
        finish_reason ANY, error ANY, provider_request_id TEXT, provider_response_id TEXT, provider_project ANY,
        upstream_key_id ANY, ttft_us INTEGER, duration_us INTEGER NOT NULL, overhead_us INTEGER NOT NULL,
        request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL, \(usage), usage_raw TEXT
      ) STRICT;
      CREATE INDEX calls_by_start ON calls (started_at);
      CREATE TABLE tool_calls (
        call INTEGER NOT NULL, position INTEGER NOT NULL, tool ANY NOT NULL, tool_call_id TEXT, times INTEGER NOT NULL,
        PRIMARY KEY (call, position)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE rollups (
        hour INTEGER NOT NULL, provider ANY NOT NULL, model ANY NOT NULL, agent ANY NOT NULL, workflow ANY NOT NULL,
        billing INTEGER NOT NULL, usage_source INTEGER NOT NULL,
        calls INTEGER NOT NULL, errors INTEGER NOT NULL, unpriced INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
        cost_high INTEGER NOT NULL, cost_low INTEGER NOT NULL, \(usage),
        PRIMARY KEY (hour, provider, model, agent, workflow, billing, usage_source)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO names (id, name) VALUES (1, 'openai'), (2, 'POST'), (3, '/v1/x'), (4, 'm'), (5, 'a'), (6, 'w'), (7, 'grep');
      INSERT INTO calls (id, started_at, provider, dialect, method, path, model, agent, workflow, run, status, outcome,
        is_stream, usage_source, cost, debited, cost_source, billing, tool_calls, server_tools, tool_results,
        provider_response_id, duration_us, overhead_us, request_bytes, response_bytes, use_in, use_file_search, usage_raw)
      VALUES
        (11, 1795410367000008, 1, 1, 2, 3, 4, 5, 6, 'r', 200, 0, 1, 1, 1500000000000, 1500000000000, 1, 0, 1, 0, 2,
          'resp_1', 10, 20, 30, 40, 50, 60, '{"a":1}'),
        (12, 1795410367000009, 1, 1, 2, 3, NULL, 5, 6, NULL, 200, 0, 0, 1, NULL, NULL, 2, 0, 0, 0, 0, NULL, 1, 2, 3, 4,
          5, 0, NULL);
      INSERT INTO tool_calls VALUES (11, 0, 7, 'call_1', 1);
      INSERT INTO rollups (hour, provider, model, agent, workflow, billing, usage_source, calls, errors, unpriced,
        tool_calls, cost_high, cost_low, use_in, use_file_search)
      VALUES (498725, 1, 4, 5, 6, 0, 1, 1, 0, 0, 1, 349, 1056413696, 50, 60),
        (498725, 1, 0, 5, 6, 0, 1, 1, 0, 1, 0, 0, 0, 5, 0);
      PRAGMA application_id = 1413958727;
      PRAGMA user_version = 1;
      """
  }()

  /// An in-flight file of one used slot, whose newest progress says 17 counts, and one free slot.
  static func inFlightFile() -> [UInt8] {
    let slots = 2
    var bytes = [UInt8](repeating: 0, count: 4096 + slots * 2048)
    bytes.withUnsafeMutableBytes { file in
      file.copyBytes(from: SlotLayout.magic)
      for (offset, value) in [(8, 1), (12, 2048), (16, UInt32(slots))] as [(Int, UInt32)] {
        file.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
      }
      file.storeBytes(
        of: InFlightContents.headerChecksum(UnsafeRawBufferPointer(rebasing: file[..<4096])), toByteOffset: 24,
        as: UInt64.self)
      file.storeBytes(of: 77, toByteOffset: 64, as: Int64.self)
      guard let slot = file.baseAddress.map({ $0 + 4096 }) else { return }
      slot.storeBytes(of: 77, toByteOffset: 16, as: Int64.self)
      Admission.sample(CallID(rawValue: 77)).write(toSlot: slot)
      for (offset, value) in [(0, 1), (4, 1), (8, 3)] as [(Int, UInt32)] {
        slot.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
      }
      writeProgress(to: slot + 1152 + 448)
    }
    return bytes
  }

  private static func writeProgress(to block: UnsafeMutableRawPointer) {
    var writer = BlockWriter(base: block, cursor: 184)
    writer.put(UInt32(3), at: 8)
    writer.put(Int32(200), at: 12)
    writer.put(Int64(999), at: 16)
    for cell in 0..<17 { writer.put(Int64(cell + 1), at: 24 + cell * 8) }
    // Settled with a cost: outcome timeout, usage source counted, cost source partial.
    writer.put(UInt32(3) | 5 << 8 | 2 << 16 | 1 << 24, at: 160)
    writer.put(Int64(123), at: 168)
    writer.put(Int64(456), at: 176)
    writer.append("claude-sonnet-5-20260101", bytesMax: 128)
    writer.append("msg_77", bytesMax: 128)
    writer.put(UInt32(writer.cursor - 184), at: 164)
    var sum = Checksum()
    sum.combine(UnsafeRawBufferPointer(start: block + 8, count: writer.cursor - 8))
    writer.put(sum.value, at: 0)
  }
}
