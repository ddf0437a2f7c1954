/// The paths of the API's description. Tests compare them with what is served.
enum OpenAPIPaths {
  static let json = #"""
    {
      \#(OpenAPIAccessPaths.members)
      "/": {
        "get": {
          "summary": "A page that links the rest",
          "responses": {
            "200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"}
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
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"}
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
            "403": {"$ref": "#/components/responses/Problem"}
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
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            {
              "name": "provider",
              "in": "query",
              "description": "Only this provider's.",
              "schema": {"type": "string"}
            },
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
            {
              "name": "from",
              "in": "query",
              "description": "The first instant: RFC 3339, or a date that means its midnight in tz.",
              "schema": {"type": "string"}
            },
            {
              "name": "to",
              "in": "query",
              "description": "The first instant after: likewise.",
              "schema": {"type": "string"}
            },
            {
              "name": "since",
              "in": "query",
              "description": "A duration back from now, such as 90s, 15m, 24h or 7d; excludes from.",
              "schema": {"type": "string"}
            },
            {
              "name": "tz",
              "in": "query",
              "description": "UTC, an offset such as +02:00, or a zone whose offset stays the same within the range.",
              "schema": {"type": "string", "default": "UTC"}
            },
            {
              "name": "limit",
              "in": "query",
              "description": "Rows of a page.",
              "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
            },
            {
              "name": "cursor",
              "in": "query",
              "description": "The field next of the page before.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            "200": {
              "description": "A page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallPage"}}}
            },
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "404": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            {
              "name": "from",
              "in": "query",
              "description": "The first instant: RFC 3339, or a date that means its midnight in tz.",
              "schema": {"type": "string"}
            },
            {
              "name": "to",
              "in": "query",
              "description": "The first instant after: likewise.",
              "schema": {"type": "string"}
            },
            {
              "name": "since",
              "in": "query",
              "description": "A duration back from now, such as 90s, 15m, 24h or 7d; excludes from.",
              "schema": {"type": "string"}
            },
            {
              "name": "tz",
              "in": "query",
              "description": "UTC, an offset such as +02:00, or a zone whose offset stays the same within the range.",
              "schema": {"type": "string", "default": "UTC"}
            }
          ],
          "responses": {
            "200": {
              "description": "The rows.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Summary"}}}
            },
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            {
              "name": "provider",
              "in": "query",
              "description": "Only this provider's.",
              "schema": {"type": "string"}
            },
            {"name": "call", "in": "query", "description": "Only this call's.", "schema": {"type": "string"}},
            {
              "name": "from",
              "in": "query",
              "description": "Only what counts at this instant or later: RFC 3339, or a date (midnight in tz).",
              "schema": {"type": "string"}
            },
            {
              "name": "to",
              "in": "query",
              "description": "Only what counts before: likewise.",
              "schema": {"type": "string"}
            },
            {
              "name": "since",
              "in": "query",
              "description": "A duration back from now, such as 90s, 15m, 24h or 7d; excludes from.",
              "schema": {"type": "string"}
            },
            {
              "name": "tz",
              "in": "query",
              "description": "UTC, an offset such as +02:00, or a zone whose offset stays the same within the range.",
              "schema": {"type": "string", "default": "UTC"}
            },
            {
              "name": "limit",
              "in": "query",
              "description": "Rows of a page.",
              "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
            },
            {
              "name": "cursor",
              "in": "query",
              "description": "The field next of the page before.",
              "schema": {"type": "string"}
            }
          ],
          "responses": {
            "200": {
              "description": "A page.",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AdjustmentPage"}}}
            },
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
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
            "400": {"$ref": "#/components/responses/Problem"},
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"},
            "413": {"$ref": "#/components/responses/Problem"},
            "415": {"$ref": "#/components/responses/Problem"},
            "422": {"$ref": "#/components/responses/Problem"},
            "503": {"$ref": "#/components/responses/Problem"}
          }
        }
      },
      "/api/v1/openapi.json": {
        "get": {
          "summary": "This document",
          "responses": {
            "200": {
              "description": "OpenAPI 3.1.",
              "content": {"application/json": {"schema": {"type": "object"}}}
            },
            "401": {"$ref": "#/components/responses/Problem"},
            "403": {"$ref": "#/components/responses/Problem"}
          }
        }
      }
    }
    """#
}
