/// What the API's description says of alerts. Tests compare it with what is served.
enum OpenAPIAlerts {
  /// Members of `paths`.
  static let paths = #"""
    "/api/v1/alerts": {
      "get": {
        "summary": "Alerts, newest first, with what became of their messages",
        "parameters": [
          {
            "name": "status",
            "in": "query",
            "description": "Only those that hold, or that are over.",
            "schema": {"type": "string", "enum": ["firing", "resolved"]}
          },
          {"name": "rule", "in": "query", "description": "Only those of this rule.", "schema": {"type": "string"}},
          \#(OpenAPIParts.paging)
        ],
        "responses": {
          \#(OpenAPIParts.answer(200, "A page.", "Alerts")),
          \#(OpenAPIParts.problems(400, 401, 403, 503))
        }
      }
    },
    "/api/v1/alerts/redeliver": {
      "post": {
        "summary": "Send a message again with its old id, or everything that waits for a receiver or was given up for it",
        "security": [{"controlToken": []}],
        \#(OpenAPIParts.body("Redelivery")),
        "responses": {
          "200": {
            "description": "How many messages are sent again; what becomes of them is shown with their alerts.",
            "content": {
              "application/json": {
                "schema": {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "integer"}}}
              }
            }
          },
          \#(OpenAPIParts.problems(400, 401, 403, 404, 422, 503))
        }
      }
    },
    "/api/v1/receivers": {
      "get": {
        "summary": "Where alerts are sent, and how that goes; no secret is shown",
        "responses": {
          \#(OpenAPIParts.answer(200, "All of them.", "Receivers")),
          \#(OpenAPIParts.problems(401, 403))
        }
      }
    },
    "/api/v1/receivers/{id}/test": {
      "post": {
        "summary": "Send a message that says that nothing is wrong, once, now",
        "security": [{"controlToken": []}],
        "parameters": [\#(OpenAPIParts.id("The receiver's name."))],
        "responses": {
          "200": {
            "description": "What the receiver answered.",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "required": ["delivered", "outcome"],
                  "properties": {"delivered": {"type": "boolean"}, "outcome": {"type": "string"}}
                }
              }
            }
          },
          \#(OpenAPIParts.problems(401, 403, 404, 503))
        }
      }
    },
    """#

  /// Members of `components.schemas`.
  static let schemas = #"""
    "Alerts": \#(OpenAPIParts.page(of: "Alert")),
    "Alert": {
      "type": "object",
      "required": [
        "id", "dedup_key", "rule", "severity", "status", "summary", "started_at", "resolved_at", "details", "messages"
      ],
      "properties": {
        "id": {"type": "string"},
        "dedup_key": {"type": "string", "description": "The same each time that the same conditions fire."},
        "rule": {
          "type": "string",
          "enum": [
            "budget_threshold", "budget_refusing", "budget_forecast", "budget_overrun", "unpriced", "unmetered",
            "hold_waiting", "upstream_failing", "ledger_failing", "receiver_failing"
          ]
        },
        "severity": {"type": "string", "enum": ["info", "warning", "error", "critical"]},
        "status": {"type": "string", "enum": ["firing", "resolved"]},
        "summary": {"type": "string"},
        "started_at": {"type": "string"},
        "resolved_at": {"type": ["string", "null"]},
        "details": {"type": "object", "description": "The member data of the webhook that was sent last."},
        "messages": {
          "type": "array",
          "items": {"$ref": "#/components/schemas/AlertMessage"},
          "description": "The newest 50, in their order."
        }
      }
    },
    "AlertMessage": {
      "type": "object",
      "required": [
        "id", "receiver", "type", "state", "attempts", "created_at", "next_attempt_at", "finished_at", "last_outcome"
      ],
      "properties": {
        "id": {"type": "string", "description": "The header webhook-id of every attempt."},
        "receiver": {"type": "string"},
        "type": {"type": "string", "enum": ["webhook", "slack", "pagerduty"]},
        "state": {"type": "string", "enum": ["waiting", "delivered", "dropped"]},
        "attempts": {"type": "integer"},
        "created_at": {"type": "string"},
        "next_attempt_at": {"type": ["string", "null"]},
        "finished_at": {"type": ["string", "null"]},
        "last_outcome": {"type": ["string", "null"]}
      }
    },
    "Receivers": {
      "type": "object",
      "required": ["rows", "next"],
      "properties": {
        "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Receiver"}},
        "next": {"type": "null"}
      }
    },
    "Receiver": {
      "type": "object",
      "required": [
        "name", "type", "address", "allow_private", "state", "waiting", "oldest_waiting_at", "last_attempt_at",
        "last_outcome", "last_delivered_at"
      ],
      "properties": {
        "name": {"type": "string"},
        "type": {"type": "string", "enum": ["webhook", "slack", "pagerduty"]},
        "address": {"type": "string", "description": "Scheme, host and port of its URL."},
        "allow_private": {"type": "boolean"},
        "state": {
          "type": "string",
          "enum": ["ok", "failing", "gone"],
          "description": "gone: it answered with 410, and is sent nothing until a redelivery to it is asked for."
        },
        "waiting": {"type": "integer", "description": "Messages that wait for it."},
        "oldest_waiting_at": {"type": ["string", "null"]},
        "last_attempt_at": {"type": ["string", "null"], "description": "Since this process began."},
        "last_outcome": {"type": ["string", "null"]},
        "last_delivered_at": {"type": ["string", "null"]}
      }
    },
    "Redelivery": {
      "type": "object",
      "description": "One of the two.",
      "properties": {
        "message": {"type": "string", "description": "The id of a message."},
        "receiver": {"type": "string", "description": "The name of a receiver."}
      }
    },
    """#
}
