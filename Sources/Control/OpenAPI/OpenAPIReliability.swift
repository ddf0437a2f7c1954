/// What was noticed of runs, and how reliable they were, in the API's description: members, the last ones with a comma.
enum OpenAPIReliability {
  static let paths = #"""
      "/api/v1/anomalies": {
        "get": {
          "summary": "What was noticed of runs and calls, newest first: quiet failures, and with type the trips of guardrails",
          "parameters": [
            {"name": "workflow", "in": "query", "description": "Only this workflow's.", "schema": {"type": "string"}},
            {"name": "agent", "in": "query", "description": "Only this agent's.", "schema": {"type": "string"}},
            {"name": "run", "in": "query", "description": "Only this run's.", "schema": {"type": "string"}},
            {
              "name": "kind",
              "in": "query",
              "description": "Only of this kind, of an anomaly or of a guardrail's limit.",
              "schema": {"type": "string", "enum": \#(list(RunEventParameters.kinds))}
            },
            {
              "name": "type",
              "in": "query",
              "description": "Which to list; where a kind is named, any.",
              "schema": {"type": "string", "enum": ["anomaly", "trip", "any"], "default": "anomaly"}
            },
            \#(OpenAPIParts.range),
            \#(OpenAPIParts.paging)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "A page.", "RunEventPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
      "/api/v1/reliability": {
        "get": {
          "summary": "How reliable the runs of each workflow were, beside those of the time as long before",
          "parameters": [
            {"name": "workflow", "in": "query", "description": "Only this one.", "schema": {"type": "string"}},
            \#(OpenAPIParts.range)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "The workflows, those with the most runs first; of the last 7 days unless asked otherwise.", "Reliability")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
    """#

  static let schemas = #"""
    "RunTool": {
      "type": "object",
      "required": ["name", "id", "answered_at", "error", "took_ms"],
      "properties": {
        "name": {"type": "string"},
        "id": {"type": "string", "description": "What the model called the call; may be empty."},
        "answered_at": {
          "type": ["string", "null"],
          "format": "date-time",
          "description": "When the request with its result came; null where none did."
        },
        "error": {"type": ["boolean", "null"], "description": "Whether the result says that the tool failed."},
        "took_ms": {
          "type": ["number", "null"],
          "description": "From the reply that asked to the request with the result, or what the client itself measured."
        }
      }
    },
    "RunEvent": {
      "type": "object",
      "required": ["at", "type", "kind", "action", "subject", "run", "call", "agent", "workflow", "figures"],
      "properties": {
        "at": {"type": "string", "format": "date-time"},
        "type": {"type": "string", "enum": ["anomaly", "trip"]},
        "kind": {"type": "string", "enum": \#(list(RunEventParameters.kinds))},
        "action": {
          "type": ["string", "null"],
          "enum": ["observe", "warn", "hold", "deny", null],
          "description": "What the guardrail did."
        },
        "subject": {"type": ["string", "null"], "description": "The tool that it is about; of a trip, the guardrail."},
        "run": {"type": ["string", "null"]},
        "call": {"type": ["string", "null"], "description": "Null of what a run showed as a whole."},
        "agent": {"type": "string"},
        "workflow": {"type": "string"},
        "figures": {
          "type": "object",
          "required": ["value"],
          "description": "The numbers behind it: counts, pico-dollars or microseconds.",
          "properties": {
            "value": {"type": "integer"},
            "usual": {
              "type": ["object", "null"],
              "description": "What it is compared with: the workflow's median, the median deviation from it, the most that is usual, and how many runs that rests on."
            },
            "limit": {"type": "integer", "description": "The guardrail's."},
            "tool": {"type": "string"},
            "period": {"type": "integer", "description": "How many steps a cycle has."}
          }
        }
      }
    },
    "RunEventPage": \#(OpenAPIParts.page(of: "RunEvent")),
    "CallDetail": {
      "allOf": [
        {"$ref": "#/components/schemas/Call"},
        {
          "type": "object",
          "required": ["tools", "events"],
          "properties": {
            "tools": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/RunTool"},
              "description": "What became of the tools that the reply asked for."
            },
            "events": {"type": "array", "items": {"$ref": "#/components/schemas/RunEvent"}}
          }
        }
      ]
    },
    "ReliabilityFigures": {
      "type": "object",
      "required": [
        "runs", "live", "judged", "well", "outcomes", "cost_pico_usd", "cost_usd", "cost_per_run", "llm_calls", "errors",
        "retries", "unpriced_calls", "tools", "anomalies", "trips"
      ],
      "properties": {
        "runs": {"type": "integer", "description": "Those that began in the time."},
        "live": {"type": "integer", "description": "Those of them that go on."},
        "judged": {"type": "integer", "description": "Those of them that ended, and whose end was seen."},
        "well": {"type": "integer", "description": "Those of judged that ended well."},
        "outcomes": {"type": "object", "additionalProperties": {"type": "integer"}},
        "cost_pico_usd": {"type": "integer"},
        "cost_usd": {"type": "string"},
        "cost_per_run": {
          "type": ["object", "null"],
          "required": ["p50_pico_usd", "p50_usd", "p95_pico_usd", "p95_usd", "p99_pico_usd", "p99_usd"],
          "description": "What one run cost, by nearest rank; null without runs.",
          "properties": {
            "p50_pico_usd": {"type": "integer"},
            "p50_usd": {"type": "string"},
            "p95_pico_usd": {"type": "integer"},
            "p95_usd": {"type": "string"},
            "p99_pico_usd": {"type": "integer"},
            "p99_usd": {"type": "string"}
          }
        },
        "llm_calls": {"type": "integer"},
        "errors": {"type": "integer", "description": "Calls that failed."},
        "retries": {"type": "integer"},
        "unpriced_calls": {"type": "integer", "description": "Calls without a price: with them, costs are lower bounds."},
        "tools": {
          "type": "array",
          "description": "Those that fail most often first, at most 100.",
          "items": {
            "type": "object",
            "required": ["name", "calls", "results", "errors"],
            "properties": {
              "name": {"type": "string"},
              "calls": {"type": "integer"},
              "results": {"type": "integer", "description": "How many calls were answered."},
              "errors": {"type": "integer", "description": "How many answers say that the tool failed."}
            }
          }
        },
        "anomalies": {"type": "object", "additionalProperties": {"type": "integer"}},
        "trips": {"type": "object", "additionalProperties": {"type": "integer"}}
      }
    },
    "Reliability": {
      "type": "object",
      "required": ["from", "to", "previous_from", "rows", "rows_not_listed"],
      "properties": {
        "from": {"type": "string", "format": "date-time"},
        "to": {"type": "string", "format": "date-time"},
        "previous_from": {"type": "string", "format": "date-time"},
        "rows": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["workflow", "current", "previous"],
            "properties": {
              "workflow": {"type": "string"},
              "current": {"$ref": "#/components/schemas/ReliabilityFigures"},
              "previous": {"$ref": "#/components/schemas/ReliabilityFigures"}
            }
          }
        },
        "rows_not_listed": {"type": "integer"}
      }
    },
    """#

  private static func list(_ names: [String]) -> String {
    "[" + names.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
  }
}
