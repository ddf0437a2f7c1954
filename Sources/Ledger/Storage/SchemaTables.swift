/// The tables of version 2, what brings a file of version 1 to it, and what every version after it added.
///
/// Columns of type ANY hold a name: its number in `names`, or the text itself where it was not interned (``Names``).
enum SchemaTables {
  static let all = names + calls + rollups + adjustments + countedResponses

  /// What brings a file of version 2 to version 3, that to version 4, and so on; a new file takes every step. Never changed, only
  /// added to.
  static let stepsFromSecondVersion = [
    keyOfCalls, virtualKeys, controlTokens, audit, budgetSpending, budgets, budgetRaises, alertStates, alerts, outbox,
    holds, runs, runLinks, runEvents, liveRuns,
  ]

  /// `calls` and `rollups` are copied into new tables, so that the order of columns is the same in every file. The totals of
  /// version 1 did not tell partial and unmetered calls apart: they are counted from the rows that are left.
  static let fromFirstVersion = """
    ALTER TABLE calls RENAME TO calls_1;
    ALTER TABLE rollups RENAME TO rollups_1;
    DROP INDEX calls_by_start;
    \(calls)
    \(rollups)
    \(adjustments)
    \(countedResponses)
    INSERT INTO calls (\(firstCallColumns)) SELECT \(firstCallColumns) FROM calls_1;
    INSERT INTO rollups (\(firstRollupColumns)) SELECT \(firstRollupColumns) FROM rollups_1;
    UPDATE rollups SET (partial, unmetered) = (
      SELECT count(*) FILTER (WHERE cost_source = 1), count(*) FILTER (WHERE cost_source = 4) FROM calls
      WHERE started_at >= hour * 3600000000 AND started_at < (hour + 1) * 3600000000
        AND calls.provider = rollups.provider AND ifnull(calls.model, 0) = rollups.model
        AND calls.agent = rollups.agent AND calls.workflow = rollups.workflow
        AND calls.billing = rollups.billing AND calls.usage_source = rollups.usage_source);
    DROP TABLE calls_1;
    DROP TABLE rollups_1;
    """

  private static let names = """
    CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE tool_calls (
      call INTEGER NOT NULL, position INTEGER NOT NULL, tool ANY NOT NULL, tool_call_id TEXT, times INTEGER NOT NULL,
      PRIMARY KEY (call, position)
    ) STRICT, WITHOUT ROWID;

    """

  /// `usage_raw` stands last, so that nothing else has to be read past its overflow pages.
  private static let calls = """
    CREATE TABLE calls (
      id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL,
      provider ANY NOT NULL, dialect ANY, method ANY NOT NULL, path ANY NOT NULL, model_requested ANY, model ANY,
      agent ANY NOT NULL, workflow ANY NOT NULL, run TEXT,
      status INTEGER NOT NULL, outcome INTEGER NOT NULL, is_stream INTEGER NOT NULL,
      usage_source INTEGER NOT NULL, cost INTEGER, reported_cost INTEGER, book_cost INTEGER, debited INTEGER,
      cost_source INTEGER NOT NULL, priced_as ANY, price_context ANY,
      billing INTEGER NOT NULL, service_tier ANY, geo ANY,
      tool_calls INTEGER NOT NULL, server_tools INTEGER NOT NULL, tool_results INTEGER NOT NULL,
      finish_reason ANY, error ANY, provider_request_id TEXT, provider_response_id TEXT, provider_project ANY,
      upstream_key_id ANY, ttft_us INTEGER, duration_us INTEGER NOT NULL, overhead_us INTEGER NOT NULL,
      request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
      \(usageColumns),
      usage_parts TEXT, usage_raw TEXT
    ) STRICT;
    CREATE INDEX calls_by_start ON calls (started_at);

    """

  private static let rollups = """
    CREATE TABLE rollups (
      hour INTEGER NOT NULL, provider ANY NOT NULL, model ANY NOT NULL, agent ANY NOT NULL, workflow ANY NOT NULL,
      billing INTEGER NOT NULL, usage_source INTEGER NOT NULL,
      \(RollupWriter.sumColumns.map { "\($0) INTEGER NOT NULL DEFAULT 0" }.joined(separator: ", ")),
      \(usageColumns),
      PRIMARY KEY (hour, provider, model, agent, workflow, billing, usage_source)
    ) STRICT, WITHOUT ROWID;

    """

  /// `effective_at` is the time that the amount counts at: the call's start, or noon (UTC) of a day.
  private static let adjustments = """
    CREATE TABLE adjustments (
      id INTEGER PRIMARY KEY AUTOINCREMENT, booked_at INTEGER NOT NULL, effective_at INTEGER NOT NULL,
      kind INTEGER NOT NULL, call INTEGER,
      provider ANY NOT NULL, model ANY, project ANY, agent ANY, workflow ANY, run TEXT,
      billing INTEGER NOT NULL, usage_source INTEGER NOT NULL,
      delta_high INTEGER NOT NULL, delta_low INTEGER NOT NULL, unpriced INTEGER NOT NULL, partial INTEGER NOT NULL,
      substituted_high INTEGER NOT NULL, substituted_low INTEGER NOT NULL,
      cost_source INTEGER, priced_as ANY, reason TEXT NOT NULL, who TEXT NOT NULL, request_key TEXT UNIQUE
    ) STRICT;
    CREATE INDEX adjustments_by_effect ON adjustments (effective_at);
    CREATE INDEX adjustments_by_call ON adjustments (call) WHERE call IS NOT NULL;

    """

  private static let countedResponses = """
    CREATE TABLE counted_responses (
      hour INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, PRIMARY KEY (hour, high, low)
    ) STRICT, WITHOUT ROWID;
    """

  /// What was debited, by budget, scope and window; and what the amounts of a budget are sums of.
  private static let budgetSpending = """
    CREATE TABLE budget_spending (
      budget TEXT NOT NULL, scope TEXT NOT NULL, window_start INTEGER NOT NULL, unit INTEGER NOT NULL,
      amount INTEGER NOT NULL, updated_hour INTEGER NOT NULL, PRIMARY KEY (budget, scope, window_start, unit)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE budget_bases (budget TEXT PRIMARY KEY, basis TEXT NOT NULL) STRICT, WITHOUT ROWID;

    """

  /// Conditions, told or not.
  private static let alertStates = """
    CREATE TABLE alert_states (
      key TEXT PRIMARY KEY, revision INTEGER NOT NULL, alert TEXT, is_firing INTEGER NOT NULL, expires_at INTEGER,
      document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// `number` orders alerts as they were told.
  private static let alerts = """
    CREATE TABLE alerts (
      number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, dedup_key TEXT NOT NULL, rule TEXT NOT NULL,
      severity TEXT NOT NULL, is_firing INTEGER NOT NULL, started_at INTEGER NOT NULL, resolved_at INTEGER,
      summary TEXT NOT NULL, document TEXT NOT NULL
    ) STRICT;
    """

  /// `sequence` orders messages; `bytes` is the length of the body.
  private static let outbox = """
    CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, receiver TEXT NOT NULL, alert TEXT NOT NULL,
      format TEXT NOT NULL, created_at INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
      step INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL, finished_at INTEGER, last_outcome TEXT,
      bytes INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX outbox_by_alert ON outbox (alert);
    CREATE INDEX outbox_waiting ON outbox (sequence) WHERE state = 0;
    """

  private static let usageColumns =
    usageColumnNames.map { "\($0) INTEGER NOT NULL DEFAULT 0" }.joined(separator: ", ")

  // MARK: Since version 2

  /// The name of the virtual key that a call was made with, and its team. A column that is added stands last in every file.
  private static let keyOfCalls = """
    ALTER TABLE calls ADD COLUMN virtual_key ANY;
    ALTER TABLE calls ADD COLUMN team ANY;
    """

  /// Lists have a line for each element. A name is free again once its key is revoked.
  private static let virtualKeys = """
    CREATE TABLE virtual_keys (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL,
      agent TEXT, workflow TEXT, team TEXT, providers TEXT NOT NULL, models TEXT NOT NULL, budgets TEXT NOT NULL,
      may_name TEXT NOT NULL, expires_at INTEGER, previous_digest TEXT, previous_until INTEGER,
      created_at INTEGER NOT NULL, created_by TEXT NOT NULL, rotated_at INTEGER, rotated_by TEXT,
      revoked_at INTEGER, revoked_by TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX virtual_keys_by_name ON virtual_keys (name) WHERE revoked_at IS NULL;
    """

  private static let controlTokens = """
    CREATE TABLE control_tokens (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, digest TEXT NOT NULL,
      created_at INTEGER NOT NULL, created_by TEXT NOT NULL, revoked_at INTEGER, revoked_by TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX control_tokens_by_name ON control_tokens (name) WHERE revoked_at IS NULL;
    """

  private static let audit = """
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
      subject TEXT NOT NULL, before TEXT, after TEXT
    ) STRICT;
    """

  /// Budgets that were made at run time; those of the configuration are not here. Lists have a line for each element.
  private static let budgets = """
    CREATE TABLE budgets (
      name TEXT PRIMARY KEY, agent TEXT NOT NULL, workflow TEXT NOT NULL, key TEXT NOT NULL, team TEXT NOT NULL,
      provider TEXT NOT NULL, model TEXT NOT NULL, each TEXT, unit INTEGER NOT NULL, amount INTEGER NOT NULL,
      period TEXT NOT NULL, time_zone TEXT NOT NULL, mode TEXT NOT NULL, bound TEXT NOT NULL, clamps INTEGER NOT NULL,
      on_exhausted TEXT NOT NULL, counts_subscriptions INTEGER NOT NULL, alerts TEXT NOT NULL,
      changed_at INTEGER NOT NULL, changed_by TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// Limits raised for a time, of every budget.
  private static let budgetRaises = """
    CREATE TABLE budget_raises (
      id INTEGER PRIMARY KEY AUTOINCREMENT, budget TEXT NOT NULL, scope TEXT, unit INTEGER NOT NULL,
      amount INTEGER NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL, made_at INTEGER NOT NULL,
      made_by TEXT NOT NULL
    ) STRICT;
    """

  private static let holds = """
    CREATE TABLE holds (
      id INTEGER PRIMARY KEY, call INTEGER NOT NULL, opened_at INTEGER NOT NULL, until INTEGER NOT NULL,
      state TEXT NOT NULL, agent TEXT NOT NULL, workflow TEXT NOT NULL, run TEXT, key TEXT, team TEXT,
      provider TEXT NOT NULL, model TEXT, budget TEXT NOT NULL, scope TEXT NOT NULL, unit INTEGER NOT NULL,
      spend_limit INTEGER NOT NULL, spent INTEGER NOT NULL, reserved INTEGER NOT NULL, need INTEGER NOT NULL,
      expected INTEGER NOT NULL, bound INTEGER, ended_at INTEGER, ended_by TEXT, reason TEXT, extent TEXT,
      amount INTEGER, approved_until INTEGER
    ) STRICT;
    """

  /// Runs, added to with each of their calls; `ended_at`, `outcome` and `document` are of the last end that was seen.
  private static let runs = """
    ALTER TABLE calls ADD COLUMN run_source INTEGER;
    ALTER TABLE calls ADD COLUMN parent_run TEXT;
    ALTER TABLE calls ADD COLUMN node TEXT;
    ALTER TABLE calls ADD COLUMN parent_node TEXT;
    ALTER TABLE calls ADD COLUMN depth INTEGER;
    ALTER TABLE calls ADD COLUMN is_retry INTEGER;
    CREATE INDEX calls_by_run ON calls (run) WHERE run IS NOT NULL;
    CREATE TABLE runs (
      id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
      agent ANY NOT NULL, workflow ANY NOT NULL, run_source INTEGER, parent_run TEXT,
      llm_calls INTEGER NOT NULL, errors INTEGER NOT NULL, retries INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
      server_tool_calls INTEGER NOT NULL, tool_results INTEGER NOT NULL,
      unpriced INTEGER NOT NULL, cost_high INTEGER NOT NULL, cost_low INTEGER NOT NULL,
      input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, model_us INTEGER NOT NULL,
      depth INTEGER NOT NULL, fanout_max INTEGER NOT NULL,
      ended_at INTEGER, outcome TEXT, document TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_start ON runs (started_at);
    CREATE INDEX runs_by_parent ON runs (parent_run) WHERE parent_run IS NOT NULL;
    INSERT INTO runs SELECT
      run, min(started_at), max(started_at + duration_us), agent, workflow, NULL, NULL,
      count(*), count(*) FILTER (WHERE outcome NOT IN (0, 3)), 0, sum(tool_calls),
      sum(server_tools), sum(tool_results),
      count(*) FILTER (WHERE cost_source = 2), sum(ifnull(cost, 0) >> 32), sum(ifnull(cost, 0) & 4294967295),
      0, 0, sum(duration_us),
      0, max(tool_calls), NULL, NULL, NULL
      FROM calls WHERE run IS NOT NULL GROUP BY run;
    """

  /// What calls are linked to runs by, in batches.
  private static let runLinks = """
    CREATE TABLE run_links (number INTEGER PRIMARY KEY AUTOINCREMENT, batch BLOB NOT NULL) STRICT;
    """

  /// What became of the tools that replies asked for, and what was noticed of runs and their calls: an anomaly, or, where `action`
  /// is set, the trip of a guardrail. `kind` is which, `subject` the tool or the guardrail.
  private static let runEvents = """
    ALTER TABLE tool_calls ADD COLUMN answered_at INTEGER;
    ALTER TABLE tool_calls ADD COLUMN is_error INTEGER;
    ALTER TABLE tool_calls ADD COLUMN took_us INTEGER;
    ALTER TABLE runs ADD COLUMN tool_errors INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE run_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, run TEXT, call INTEGER,
      agent ANY NOT NULL, workflow ANY NOT NULL, kind TEXT NOT NULL, action TEXT, subject TEXT, document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX run_events_by_time ON run_events (at, kind);
    CREATE INDEX run_events_by_run ON run_events (run) WHERE run IS NOT NULL;
    CREATE INDEX run_events_by_call ON run_events (call) WHERE call IS NOT NULL;
    """

  /// What a restart finds of runs that go on: which calls are of models, since when a run goes on that had ended before, and what people
  /// let it have beyond its guardrails. And what a guardrail holds a call for: `spend_limit` and `spent` are then in the unit of
  /// `guardrail_limit`, and `budget` is empty.
  private static let liveRuns = """
    ALTER TABLE calls ADD COLUMN is_model_call INTEGER;
    ALTER TABLE runs ADD COLUMN begun_at INTEGER;
    CREATE INDEX runs_live ON runs (last_at) WHERE ended_at IS NULL;
    CREATE TABLE run_releases (
      run TEXT NOT NULL, guardrail TEXT NOT NULL, kind TEXT NOT NULL, granted INTEGER NOT NULL, until INTEGER,
      made_at INTEGER NOT NULL, PRIMARY KEY (run, guardrail, kind)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE holds ADD COLUMN guardrail TEXT;
    ALTER TABLE holds ADD COLUMN guardrail_limit TEXT;
    ALTER TABLE holds ADD COLUMN tool TEXT;
    ALTER TABLE holds ADD COLUMN period INTEGER;
    """

  // MARK: Version 1

  private static let firstUsageColumns = usageColumnNames.prefix(17).joined(separator: ", ")

  private static let firstCallColumns = """
    id, started_at, provider, dialect, method, path, model_requested, model, agent, workflow, run, status, outcome,
    is_stream, usage_source, cost, debited, cost_source, priced_as, billing, service_tier, geo, tool_calls, server_tools,
    tool_results, finish_reason, error, provider_request_id, provider_response_id, provider_project, upstream_key_id,
    ttft_us, duration_us, overhead_us, request_bytes, response_bytes, \(firstUsageColumns), usage_raw
    """

  private static let firstRollupColumns = """
    hour, provider, model, agent, workflow, billing, usage_source, calls, errors, unpriced, tool_calls, cost_high,
    cost_low, \(firstUsageColumns)
    """
}
