/// The paths of the API's description. Tests compare them with what is served.
enum OpenAPIPaths {
  static let json = #"""
    {
      \#(OpenAPIAccessPaths.members)
      \#(OpenAPIBudgetPaths.members)
      \#(OpenAPIHoldPaths.members)
      \#(OpenAPIRuns.paths)
      \#(OpenAPIReliability.paths)
      "/": {
        "get": {
          "summary": "A page that links the rest",
          "responses": {
            "200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}},
            \#(OpenAPIParts.problems(401, 403))
          }
        }
      },
      "/metrics": {
        "get": {
          "summary": "Metrics, as Prometheus' text 0.0.4 or OpenMetrics 1.0 by the header accept",
          "responses": {
            "200": {
              "description": "The exposition.",
              "content": {
                "text/plain": {"schema": {"type": "string"}},
                "application/openmetrics-text": {"schema": {"type": "string"}}
              }
            },
            \#(OpenAPIParts.problems(401, 403))
          }
        }
      },
      "/healthz": {
        "get": {
          "summary": "Whether the process is alive",
          "security": [],
          "responses": {
            \#(OpenAPIParts.answer(200, "It is.", "Status")),
            \#(OpenAPIParts.problems(403))
          }
        }
      },
      "/readyz": {
        "get": {
          "summary": "Whether calls are taken",
          "security": [],
          "responses": {
            \#(OpenAPIParts.answer(200, "They are.", "Status")),
            \#(OpenAPIParts.problems(403, 503))
          }
        }
      },
      "/api/v1/calls": {
        "get": {
          "summary": "Calls, newest first",
          "parameters": [
            {
              "name": "agent",
              "in": "query",
              "description": "Only this agent's.",
              "schema": {"type": "string"}
            },
            {
              "name": "workflow",
              "in": "query",
              "description": "Only this workflow's.",
              "schema": {"type": "string"}
            },
            {"name": "run", "in": "query", "description": "Only this run's.", "schema": {"type": "string"}},
            {
              "name": "model",
              "in": "query",
              "description": "Only calls that this model answered.",
              "schema": {"type": "string"}
            },
            {"$ref": "#/components/parameters/Provider"},
            {
              "name": "outcome",
              "in": "query",
              "description": "Only calls that ended so.",
              "schema": {
                "type": "string",
                "enum": ["ok", "client_error", "upstream_error", "denied", "aborted", "timeout"]
              }
            },
            {
              "name": "provider_response_id",
              "in": "query",
              "description": "Only the call with this response id.",
              "schema": {"type": "string"}
            },
            \#(OpenAPIParts.range),
            \#(OpenAPIParts.paging)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "A page.", "CallPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
      "/api/v1/calls/{id}": {
        "get": {
          "summary": "One call",
          "parameters": [\#(OpenAPIParts.id("The header x-tollgate-call of its reply."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "The call.", "CallDetail")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 503))
          }
        }
      },
      "/api/v1/summary": {
        "get": {
          "summary": "Sums by dimensions",
          "parameters": [
            {
              "name": "by",
              "in": "query",
              "description": "Properties of SummaryRow before calls, separated by commas. Empty: one row of all.",
              "schema": {"type": "string", "default": "agent,workflow,model"}
            },
            \#(OpenAPIParts.range)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "The rows.", "Summary")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
      "/api/v1/adjustments": {
        "get": {
          "summary": "What was booked after calls were settled, newest first",
          "parameters": [
            {
              "name": "kind",
              "in": "query",
              "description": "Only prices that became known, or only corrections.",
              "schema": {"type": "string", "enum": ["reprice", "correction"]}
            },
            {"$ref": "#/components/parameters/Provider"},
            {"name": "call", "in": "query", "description": "Only this call's.", "schema": {"type": "string"}},
            \#(OpenAPIParts.range),
            \#(OpenAPIParts.paging)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "A page.", "AdjustmentPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        },
        "post": {
          "summary": "Book a correction",
          "security": [{"controlToken": []}],
          \#(OpenAPIParts.body("Correction")),
          "responses": {
            \#(OpenAPIParts.answer(201, "Booked; or booked before under the same key.", "Adjustment")),
            \#(OpenAPIParts.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/reprice": {
        "post": {
          "summary": "Price a page of calls again with the price book of today, and book the differences",
          "security": [{"controlToken": []}],
          \#(OpenAPIParts.body("Reprice")),
          "responses": {
            \#(OpenAPIParts.answer(200, "What it came to, and where the next page begins.", "RepricePage")),
            \#(OpenAPIParts.problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      \#(OpenAPIAlerts.paths)
      "/api/v1/openapi.json": {
        "get": {
          "summary": "This document",
          "responses": {
            "200": {
              "description": "OpenAPI 3.1.",
              "content": {"application/json": {"schema": {"type": "object"}}}
            },
            \#(OpenAPIParts.problems(401, 403))
          }
        }
      }
    }
    """#
}
