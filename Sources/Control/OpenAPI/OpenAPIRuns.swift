/// Runs in the API's description: members of the paths and of the schemas, the last ones with a comma.
enum OpenAPIRuns {
  static let paths = #"""
      "/api/v1/runs": {
        "get": {
          "summary": "Runs, the newest first unless sorted otherwise",
          "parameters": [
            {"name": "agent", "in": "query", "description": "Only this agent's.", "schema": {"type": "string"}},
            {"name": "workflow", "in": "query", "description": "Only this workflow's.", "schema": {"type": "string"}},
            {
              "name": "parent_run",
              "in": "query",
              "description": "Only those that this run started.",
              "schema": {"type": "string"}
            },
            {"name": "outcome", "in": "query", "description": "Only those that ended so.", "schema": {"type": "string"}},
            {
              "name": "failed",
              "in": "query",
              "description": "Only those that ended, and not well; false for those that ended well.",
              "schema": {"type": "boolean"}
            },
            {
              "name": "state",
              "in": "query",
              "description": "Only those that go on, or have ended.",
              "schema": {"type": "string", "enum": ["live", "ended"]}
            },
            {
              "name": "sort",
              "in": "query",
              "description": "What the greatest of comes first.",
              "schema": {
                "type": "string",
                "enum": ["started", "cost", "llm_calls", "tool_calls", "fanout", "errors", "tool_errors", "duration"],
                "default": "started"
              }
            },
            \#(OpenAPIParts.range),
            \#(OpenAPIParts.paging)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "A page.", "RunPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
      "/api/v1/runs/{id}": {
        "get": {
          "summary": "One run with its last 1,000 calls, and the runs that it started",
          "parameters": [\#(OpenAPIParts.id("The run's id."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "The run.", "RunDetail")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 503))
          }
        }
      },
      "/api/v1/runs/{id}/end": {
        "post": {
          "summary": "End a run now, rather than when it has been idle for long",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("The run's id."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "The run as it ended.", "RunDetail")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 503))
          }
        }
      },
      "/api/v1/runs/{id}/release": {
        "post": {
          "summary": "Let a run go on that a guardrail has stopped",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("The run's id."))],
          \#(OpenAPIParts.body("RunRelease")),
          "responses": {
            \#(OpenAPIParts.answer(200, "What was granted.", "RunReleased")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 413, 415, 503))
          }
        }
      },
    """#

  static let schemas = #"""
    "RunRelease": {
      "type": "object",
      "required": ["guardrail"],
      "properties": {
        "guardrail": {"type": "string", "description": "The guardrail that stopped the run."},
        "limit": {"type": "string", "description": "Which of its limits: max_llm_calls, say; all where it is left out."},
        "amount": {"type": "string", "description": "How much more the run may have, as the limit is written: 50, 5 USD, 30m."},
        "for": {"type": "string", "description": "For how long the limit does not hold: 1h where no amount is given, 7d at most."}
      },
      "additionalProperties": false
    },
    "RunReleased": {
      "type": "object",
      "required": ["run", "guardrail", "limit", "amount", "until"],
      "properties": {
        "run": {"type": "string"},
        "guardrail": {"type": "string"},
        "limit": {"type": ["string", "null"]},
        "amount": {"type": ["string", "null"]},
        "until": {"type": ["string", "null"], "format": "date-time"}
      }
    },
    "Run": {
      "type": "object",
      "required": [
        "id",
        "agent",
        "workflow",
        "parent_run",
        "run_source",
        "started_at",
        "last_at",
        "ended_at",
        "outcome",
        "llm_calls",
        "errors",
        "retries",
        "tool_calls",
        "server_tool_calls",
        "tool_results",
        "tool_errors",
        "depth",
        "max_fanout",
        "input_tokens",
        "output_tokens",
        "unpriced_calls",
        "cost_pico_usd",
        "cost_usd",
        "wall_ms",
        "model_ms"
      ],
      "properties": {
        "id": {"type": "string", "description": "What its caller named it, or the id that it was given."},
        "agent": {"type": "string", "description": "The agent of its first call."},
        "workflow": {"type": "string"},
        "parent_run": {"type": ["string", "null"], "description": "The run that started it."},
        "run_source": {"type": ["string", "null"], "description": "What linked its first call."},
        "started_at": {"type": "string", "format": "date-time"},
        "last_at": {"type": "string", "format": "date-time", "description": "When the last of its calls ended."},
        "ended_at": {"type": ["string", "null"], "format": "date-time", "description": "Null while it goes on."},
        "outcome": {"type": ["string", "null"], "description": "How it ended."},
        "llm_calls": {"type": "integer"},
        "errors": {"type": "integer"},
        "retries": {"type": "integer", "description": "Calls that a client sent again."},
        "tool_calls": {"type": "integer"},
        "server_tool_calls": {"type": "integer"},
        "tool_results": {"type": "integer"},
        "tool_errors": {"type": "integer", "description": "Results that say that their tool failed."},
        "depth": {"type": "integer", "description": "The most agents above one that called."},
        "max_fanout": {"type": "integer", "description": "The most tool calls that one reply asked for."},
        "input_tokens": {"type": "integer"},
        "output_tokens": {"type": "integer"},
        "unpriced_calls": {"type": "integer"},
        "cost_pico_usd": {"type": "integer"},
        "cost_usd": {"type": "string"},
        "wall_ms": {"type": "number", "description": "From the first call to the end of the last."},
        "model_ms": {"type": "number", "description": "How long its calls took, added up."}
      }
    },
    "RunPage": \#(OpenAPIParts.page(of: "Run")),
    "RunDetail": {
      "allOf": [
        {"$ref": "#/components/schemas/Run"},
        {
          "type": "object",
          "required": ["end", "calls", "events", "calls_not_listed", "children"],
          "properties": {
            "end": {"type": ["object", "null"], "description": "What was known of the run when it ended."},
            "calls": {"type": "array", "items": {"$ref": "#/components/schemas/CallDetail"}},
            "events": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/RunEvent"},
              "description": "What was noticed of the run and its calls; the last 1,000."
            },
            "calls_not_listed": {"type": "integer", "description": "Earlier calls."},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Run"}}
          }
        }
      ]
    },
    """#
}
