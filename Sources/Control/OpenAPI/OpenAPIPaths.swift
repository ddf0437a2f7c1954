/// The paths of the API's description. Tests compare them with what is served.
enum OpenAPIPaths {
  static let json = #"""
    {
      \#(OpenAPIAccessPaths.members)
      \#(OpenAPIBudgetPaths.members)
      \#(OpenAPIHoldPaths.members)
      \#(OpenAPIRuns.paths)
      "/": {
        "get": {
          "summary": "A page that links the rest",
          "responses": {
            "200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}},
            \#(problems(401, 403))
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
            \#(problems(401, 403))
          }
        }
      },
      "/healthz": {
        "get": {
          "summary": "Whether the process is alive",
          "security": [],
          "responses": {
            "200": {
              "description": "It is.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
            },
            \#(problems(403))
          }
        }
      },
      "/readyz": {
        "get": {
          "summary": "Whether calls are taken",
          "security": [],
          "responses": {
            "200": {
              "description": "They are.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
            },
            \#(problems(403, 503))
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
            {"$ref": "#/components/parameters/From"},
            {"$ref": "#/components/parameters/To"},
            {"$ref": "#/components/parameters/Since"},
            {"$ref": "#/components/parameters/TimeZone"},
            {"$ref": "#/components/parameters/Limit"},
            {"$ref": "#/components/parameters/Cursor"}
          ],
          "responses": {
            "200": {
              "description": "A page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallPage"}}}
            },
            \#(problems(400, 401, 403, 503))
          }
        }
      },
      "/api/v1/calls/{id}": {
        "get": {
          "summary": "One call",
          "parameters": [
            {
              "name": "id",
              "in": "path",
              "required": true,
              "description": "The header x-tollgate-call of its reply.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            "200": {
              "description": "The call.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Call"}}}
            },
            \#(problems(400, 401, 403, 404, 503))
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
            {"$ref": "#/components/parameters/From"},
            {"$ref": "#/components/parameters/To"},
            {"$ref": "#/components/parameters/Since"},
            {"$ref": "#/components/parameters/TimeZone"}
          ],
          "responses": {
            "200": {
              "description": "The rows.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Summary"}}}
            },
            \#(problems(400, 401, 403, 503))
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
            {"$ref": "#/components/parameters/From"},
            {"$ref": "#/components/parameters/To"},
            {"$ref": "#/components/parameters/Since"},
            {"$ref": "#/components/parameters/TimeZone"},
            {"$ref": "#/components/parameters/Limit"},
            {"$ref": "#/components/parameters/Cursor"}
          ],
          "responses": {
            "200": {
              "description": "A page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AdjustmentPage"}}}
            },
            \#(problems(400, 401, 403, 503))
          }
        },
        "post": {
          "summary": "Book a correction",
          "security": [{"controlToken": []}],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Correction"}}}
          },
          "responses": {
            "201": {
              "description": "Booked; or booked before under the same key.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Adjustment"}}}
            },
            \#(problems(400, 401, 403, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/reprice": {
        "post": {
          "summary": "Price a page of calls again with the price book of today, and book the differences",
          "security": [{"controlToken": []}],
          "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Reprice"}}}
          },
          "responses": {
            "200": {
              "description": "What it came to, and where the next page begins.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RepricePage"}}}
            },
            \#(problems(400, 401, 403, 413, 415, 422, 503))
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
            \#(problems(401, 403))
          }
        }
      }
    }
    """#

  /// The errors that a path can answer with.
  static func problems(_ statuses: Int...) -> String {
    statuses.map { ##""\##($0)": {"$ref": "#/components/responses/Problem"}"## }.joined(separator: ", ")
  }
}
