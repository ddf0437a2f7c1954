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
          "status",
          "outcome",
          "stream",
          "usage",
          "usage_raw",
          "usage_source",
          "cost_pico_usd",
          "cost_usd",
          "debited_pico_usd",
          "cost_source",
          "priced_as",
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
            "description": "The cost in 1e-12 USD, exactly; null where the model is unpriced."
          },
          "cost_usd": {"type": ["string", "null"], "description": "The same as a decimal number of USD."},
          "debited_pico_usd": {"type": ["integer", "null"], "description": "What budgets were debited."},
          "cost_source": {
            "type": "string",
            "description": "How sure the cost is.",
            "enum": ["priced", "partial", "unpriced", "free"]
          },
          "priced_as": {
            "type": ["string", "null"],
            "description": "The model of the price book that was charged."
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
          "image_output"
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
          "image_output": {"type": "integer", "minimum": 0}
        }
      },
      "CallPage": {
        "type": "object",
        "required": ["rows", "next"],
        "properties": {
          "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
          "next": {
            "type": ["string", "null"],
            "description": "The cursor of the next page, which may be empty; null on the last."
          }
        }
      },
      "SummaryRow": {
        "type": "object",
        "description": "The dimensions that were asked for, then sums. A dimension is null where the calls had none.",
        "required": [
          "calls",
          "tokens",
          "cost_pico_usd",
          "cost_usd",
          "cost_by_source",
          "subscription_cost_pico_usd",
          "subscription_cost_usd",
          "unpriced_calls",
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
              "image_output"
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
              "image_output": {"type": "integer", "minimum": 0}
            },
            "description": "Disjoint counts by class."
          },
          "cost_pico_usd": {
            "type": "integer",
            "description": "The cost in 1e-12 USD, exactly, beyond 2^53 too; without subscriptions."
          },
          "cost_usd": {"type": "string", "description": "The same as a decimal number of USD."},
          "cost_by_source": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "propertyNames": {"enum": ["provider", "counted", "at_least", "bound", "recovered", "none"]},
            "description": "The cost in 1e-12 USD by where the counts come from; only those that are not zero."
          },
          "subscription_cost_pico_usd": {
            "type": "integer",
            "description": "What calls under a subscription login would have cost, in 1e-12 USD."
          },
          "subscription_cost_usd": {"type": "string", "description": "The same as a decimal number of USD."},
          "unpriced_calls": {
            "type": "integer",
            "minimum": 0,
            "description": "Calls whose model the price book does not know."
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
