/// The shapes of the API's description. Tests compare them with what is written.
enum OpenAPISchemas {
  static let json = #"""
    {
      "Call": {
        "type": "object",
        "required": [
          "id",
          "started_at",
          "provider",
          "dialect",
          "method",
          "path",
          "model_requested",
          "model",
          "agent",
          "workflow",
          "run",
          "run_source",
          "parent_run",
          "node",
          "parent_node",
          "depth",
          "retry",
          "key",
          "team",
          "status",
          "outcome",
          "stream",
          "usage",
          "units",
          "usage_raw",
          "usage_source",
          "cost_pico_usd",
          "cost_usd",
          "settled_cost_pico_usd",
          "reported_cost_pico_usd",
          "book_cost_pico_usd",
          "debited_pico_usd",
          "cost_source",
          "priced_as",
          "adjustments",
          "billing",
          "service_tier",
          "geo",
          "tool_calls",
          "server_tool_calls",
          "tool_results",
          "finish_reason",
          "error",
          "provider_request_id",
          "provider_response_id",
          "provider_project",
          "upstream_key_id",
          "ttft_ms",
          "duration_ms",
          "overhead_us",
          "request_bytes",
          "response_bytes"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "13 characters; the header x-tollgate-call of the reply. Ids grow with time."
          },
          "started_at": {
            "type": "string",
            "description": "RFC 3339 in UTC, with microseconds.",
            "format": "date-time"
          },
          "provider": {"type": "string", "description": "The route's provider."},
          "dialect": {"type": ["string", "null"], "description": "The wire dialect that metered the call."},
          "method": {"type": "string"},
          "path": {"type": "string", "description": "The path that went upstream, without query."},
          "model_requested": {"type": ["string", "null"]},
          "model": {"type": ["string", "null"], "description": "The model that answered."},
          "agent": {"type": "string"},
          "workflow": {"type": "string"},
          "run": {"type": ["string", "null"]},
          "run_source": {
            "type": ["string", "null"],
            "enum": ["explicit", "session", "tool_call", "response", "messages", "trace", "new", null],
            "description": "What linked the call to its run."
          },
          "parent_run": {"type": ["string", "null"], "description": "The run that started this one."},
          "node": {"type": ["string", "null"], "description": "The agent of the run's tree; null for the first one."},
          "parent_node": {"type": ["string", "null"], "description": "The agent that started this one."},
          "depth": {"type": ["integer", "null"], "description": "How many agents stand above the one that called."},
          "retry": {"type": "boolean", "description": "Whether the client sent a request again."},
          "key": {"type": ["string", "null"], "description": "The name of the virtual key."},
          "team": {"type": ["string", "null"], "description": "The team that the key is bound to."},
          "status": {
            "type": "integer",
            "description": "The HTTP status that the client received; 0 where it left before one was sent."
          },
          "outcome": {
            "type": "string",
            "description": "How the call ended.",
            "enum": ["ok", "client_error", "upstream_error", "denied", "aborted", "timeout"]
          },
          "stream": {"type": "boolean"},
          "usage": {"$ref": "#/components/schemas/Usage"},
          "units": {"$ref": "#/components/schemas/Units"},
          "usage_raw": {
            "type": ["object", "string", "null"],
            "description": "The provider's usage object as it was written; a string where it is not JSON."
          },
          "usage_source": {
            "type": "string",
            "description": "Where the counts come from.",
            "enum": ["provider", "counted", "at_least", "bound", "recovered", "none"]
          },
          "cost_pico_usd": {
            "type": ["integer", "null"],
            "description": "The cost in 1e-12 USD, exactly, with what was booked since; null where it is not known."
          },
          "cost_usd": {"type": ["string", "null"], "description": "The same as a decimal number of USD."},
          "settled_cost_pico_usd": {
            "type": ["integer", "null"],
            "description": "What the call was settled at: the cost without what was booked since."
          },
          "reported_cost_pico_usd": {
            "type": ["integer", "null"],
            "description": "What the provider itself says that the call cost, which then is its cost; else null."
          },
          "book_cost_pico_usd": {
            "type": ["integer", "null"],
            "description": "What the price book makes of a call whose provider reported another cost; else null."
          },
          "debited_pico_usd": {"type": ["integer", "null"], "description": "What budgets were debited."},
          "cost_source": {
            "type": "string",
            "description": "How sure the cost is.",
            "enum": ["priced", "partial", "unpriced", "free", "reported", "unmetered", "fixed", "substituted"]
          },
          "priced_as": {
            "type": ["string", "null"],
            "description": "The model of the price book that was charged."
          },
          "adjustments": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Adjustment"},
            "description": "What was booked for the call after it was settled, in that order."
          },
          "billing": {
            "type": "string",
            "description": "Who pays.",
            "enum": ["metered", "subscription", "free"]
          },
          "service_tier": {"type": ["string", "null"]},
          "geo": {"type": ["string", "null"]},
          "tool_calls": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["id", "name"],
              "properties": {"id": {"type": "string"}, "name": {"type": "string"}}
            },
            "description": "Tools that the reply asked the client to call."
          },
          "server_tool_calls": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Tools that the provider ran, by name."
          },
          "tool_results": {
            "type": "integer",
            "minimum": 0,
            "description": "Tool results that the request brought."
          },
          "finish_reason": {"type": ["string", "null"]},
          "error": {"type": ["string", "null"], "description": "A short machine-readable reason."},
          "provider_request_id": {"type": ["string", "null"]},
          "provider_response_id": {"type": ["string", "null"]},
          "provider_project": {"type": ["string", "null"]},
          "upstream_key_id": {
            "type": ["string", "null"],
            "description": "A digest that tells keys apart without revealing them."
          },
          "ttft_ms": {
            "type": ["number", "null"],
            "description": "Time to the first token, to the microsecond."
          },
          "duration_ms": {"type": "number", "description": "Time from start to end, to the microsecond."},
          "overhead_us": {"type": "integer", "description": "What Tollgate itself added."},
          "request_bytes": {"type": "integer"},
          "response_bytes": {"type": "integer"}
        }
      },
      "Usage": {
        "type": "object",
        "description": "Disjoint counts: their sum is the total.",
        "required": [
          "input",
          "cached_input",
          "cache_write",
          "output",
          "reasoning",
          "audio_input",
          "audio_output",
          "image_input",
          "image_output",
          "video_input",
          "video_output"
        ],
        "properties": {
          "input": {"type": "integer", "minimum": 0},
          "cached_input": {"type": "integer", "minimum": 0},
          "cache_write": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "propertyNames": {"enum": ["5m", "30m", "1h", "12h", "other"]},
            "description": "By time to live; only those that occurred."
          },
          "output": {"type": "integer", "minimum": 0},
          "reasoning": {"type": "integer", "minimum": 0},
          "audio_input": {"type": "integer", "minimum": 0},
          "audio_output": {"type": "integer", "minimum": 0},
          "image_input": {"type": "integer", "minimum": 0},
          "image_output": {"type": "integer", "minimum": 0},
          "video_input": {"type": "integer", "minimum": 0},
          "video_output": {"type": "integer", "minimum": 0}
        }
      },
      "Units": {
        "type": "object",
        "description": "Billed units that are no tokens, by the price book's names; those that end in time are seconds.",
        "additionalProperties": {"type": "number", "minimum": 0}
      },
      "CallPage": \#(OpenAPIParts.page(of: "Call")),
      "SummaryRow": {
        "type": "object",
        "description": "The dimensions that were asked for, then sums. A dimension is null where the calls had none.",
        "required": [
          "calls",
          "tokens",
          "units",
          "cost_pico_usd",
          "cost_usd",
          "cost_by_source",
          "adjusted_pico_usd",
          "reported_pico_usd",
          "reported_book_pico_usd",
          "substituted_pico_usd",
          "subscription_cost_pico_usd",
          "subscription_cost_usd",
          "unpriced_calls",
          "partial_calls",
          "unmetered_calls",
          "tool_calls",
          "errors"
        ],
        "properties": {
          "agent": {"type": ["string", "null"]},
          "workflow": {"type": ["string", "null"]},
          "model": {"type": ["string", "null"]},
          "provider": {"type": ["string", "null"]},
          "tool": {"type": ["string", "null"]},
          "day": {"type": ["string", "null"]},
          "hour": {"type": ["string", "null"]},
          "billing": {"type": ["string", "null"]},
          "run": {"type": ["string", "null"]},
          "key": {
            "type": ["string", "null"],
            "description": "The name of the virtual key; like its team, for as long as rows are kept."
          },
          "team": {"type": ["string", "null"]},
          "project": {
            "type": ["string", "null"],
            "description": "The provider's organisation, project or workspace; for as long as rows are kept."
          },
          "calls": {"type": "integer", "minimum": 0, "description": "Calls."},
          "tokens": {
            "type": "object",
            "required": [
              "input",
              "cached_input",
              "cache_write",
              "output",
              "reasoning",
              "audio_input",
              "audio_output",
              "image_input",
              "image_output",
              "video_input",
              "video_output"
            ],
            "properties": {
              "input": {"type": "integer", "minimum": 0},
              "cached_input": {"type": "integer", "minimum": 0},
              "cache_write": {"type": "integer", "minimum": 0},
              "output": {"type": "integer", "minimum": 0},
              "reasoning": {"type": "integer", "minimum": 0},
              "audio_input": {"type": "integer", "minimum": 0},
              "audio_output": {"type": "integer", "minimum": 0},
              "image_input": {"type": "integer", "minimum": 0},
              "image_output": {"type": "integer", "minimum": 0},
              "video_input": {"type": "integer", "minimum": 0},
              "video_output": {"type": "integer", "minimum": 0}
            },
            "description": "Disjoint counts by class."
          },
          "units": {"$ref": "#/components/schemas/Units"},
          "cost_pico_usd": {
            "type": "integer",
            "description": "The cost in 1e-12 USD, exactly, with what was booked since; without subscriptions."
          },
          "cost_usd": {"type": "string", "description": "The same as a decimal number of USD."},
          "cost_by_source": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "propertyNames": {"enum": ["provider", "counted", "at_least", "bound", "recovered", "none"]},
            "description": "The cost in 1e-12 USD by where the counts come from; only those that are not zero."
          },
          "adjusted_pico_usd": {
            "type": "integer",
            "description": "The part of the cost that was booked after calls were settled."
          },
          "reported_pico_usd": {"type": "integer", "description": "The part of the cost that providers reported."},
          "reported_book_pico_usd": {
            "type": "integer",
            "description": "What the price book makes of the calls behind reported_pico_usd."
          },
          "substituted_pico_usd": {
            "type": "integer",
            "description": "The part of the cost that was charged as another model, since the price book does not know the one that answered."
          },
          "subscription_cost_pico_usd": {
            "type": "integer",
            "description": "What calls under a subscription login would have cost, in 1e-12 USD."
          },
          "subscription_cost_usd": {"type": "string", "description": "The same as a decimal number of USD."},
          "unpriced_calls": {
            "type": "integer",
            "minimum": 0,
            "description": "Calls whose model still has no price."
          },
          "partial_calls": {
            "type": "integer",
            "minimum": 0,
            "description": "Calls of which some usage still has no price: their cost is a lower bound."
          },
          "unmetered_calls": {
            "type": "integer",
            "minimum": 0,
            "description": "Calls that no dialect understood, and whose cost is not known."
          },
          "tool_calls": {"type": "integer", "minimum": 0, "description": "Tool calls that replies asked for."},
          "errors": {
            "type": "integer",
            "minimum": 0,
            "description": "Calls with the outcome client_error, upstream_error or timeout."
          }
        }
      },
      "Summary": {
        "type": "object",
        "required": ["rows", "next"],
        "properties": {
          "rows": {"type": "array", "items": {"$ref": "#/components/schemas/SummaryRow"}},
          "next": {"type": "null"}
        }
      },
      \#(OpenAPIBookSchemas.members)
      \#(OpenAPIAccessSchemas.members)
      \#(OpenAPIBudgetSchemas.members)
      \#(OpenAPIAlerts.schemas)
      \#(OpenAPIHoldSchemas.members)
      \#(OpenAPIRuns.schemas)
      \#(OpenAPIReliability.schemas)
      "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
          "type": {"type": "string"},
          "title": {"type": "string"},
          "status": {"type": "integer"},
          "detail": {"type": "string", "description": "What happened and what to do."},
          "parameter": {"type": "string", "description": "The parameter that is to blame."},
          "value": {"type": "string", "description": "What it said."},
          "accepted": {"type": "string", "description": "What would be accepted."}
        }
      },
      "Status": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
    }
    """#
}
