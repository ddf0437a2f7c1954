/// The shapes of held calls: members of the schemas, the last one with a comma.
enum OpenAPIHoldSchemas {
  static let members = #"""
    "Hold": {
      "type": "object",
      "description": "A call that waits for a person, or did. Amounts have their unit: 0.5 USD, 2000 tokens.",
      "required": [
        "id",
        "state",
        "call",
        "opened_at",
        "until",
        "agent",
        "workflow",
        "run",
        "key",
        "team",
        "provider",
        "model",
        "budget",
        "scope",
        "limit",
        "spent",
        "reserved",
        "need",
        "expected_usd",
        "bound_usd",
        "guardrail",
        "end"
      ],
      "properties": {
        "id": {"type": "string"},
        "state": {
          "type": "string",
          "enum": ["pending", "retrying", "approved", "denied", "expired", "dropped"],
          "description": "retrying: the client was told to come again, and a decision holds for its retry."
        },
        "call": {"type": "string", "description": "Its id; of one that came again, the last."},
        "opened_at": {"type": "string", "format": "date-time"},
        "until": {"type": "string", "format": "date-time", "description": "When it ends if nobody decides."},
        "agent": {"type": "string"},
        "workflow": {"type": "string"},
        "run": {"type": ["string", "null"]},
        "key": {"type": ["string", "null"], "description": "The name of the virtual key."},
        "team": {"type": ["string", "null"]},
        "provider": {"type": "string"},
        "model": {"type": ["string", "null"]},
        "budget": {"type": ["string", "null"], "description": "Null, as the next five, where a guardrail holds the call."},
        "scope": {"type": ["string", "null"]},
        "limit": {"type": ["string", "null"]},
        "spent": {"type": ["string", "null"]},
        "reserved": {"type": ["string", "null"]},
        "need": {"type": ["string", "null"], "description": "What the call needs of the budget."},
        "expected_usd": {"type": "string", "description": "What such calls cost."},
        "bound_usd": {"type": ["string", "null"], "description": "No less than it can cost; null where nothing bounds it."},
        "guardrail": {
          "type": ["object", "null"],
          "description": "The limit that the run has reached; null where a budget holds the call.",
          "required": ["name", "limit", "at_most", "value", "tool", "detail"],
          "properties": {
            "name": {"type": "string"},
            "limit": {"type": "string", "description": "max_llm_calls, say."},
            "at_most": {"type": "string"},
            "value": {"type": "string", "description": "What the run has."},
            "tool": {"type": ["string", "null"]},
            "detail": {"type": "string", "description": "A sentence with the figures."}
          }
        },
        "end": {
          "type": ["object", "null"],
          "required": ["at", "by", "reason", "approval"],
          "properties": {
            "at": {"type": "string", "format": "date-time"},
            "by": {"type": ["string", "null"], "description": "Whose token decided; null where nobody did."},
            "reason": {"type": ["string", "null"]},
            "approval": {
              "type": ["object", "null"],
              "required": ["extent", "amount", "until"],
              "properties": {
                "extent": {"type": "string", "enum": ["call", "run"]},
                "amount": {"type": ["string", "null"]},
                "until": {"type": "string", "format": "date-time"}
              }
            }
          }
        }
      }
    },
    "HoldPage": \#(OpenAPIParts.page(of: "Hold")),
    "HoldApproval": {
      "type": "object",
      "required": [],
      "additionalProperties": false,
      "properties": {
        "amount": {"type": ["string", "null"], "description": "Above the limit: 1 USD. Default: what the call needs. None for a guardrail."},
        "for": {"type": ["string", "null"], "description": "How long it is in force: 1h (default), 7d at most."},
        "extent": {"type": ["string", "null"], "enum": ["call", "run", null], "default": "call"},
        "reason": {"type": ["string", "null"], "maxLength": 1000}
      }
    },
    "HoldDenial": {
      "type": "object",
      "required": [],
      "additionalProperties": false,
      "properties": {"reason": {"type": ["string", "null"], "maxLength": 1000}}
    },
    "HoldForm": {
      "type": "object",
      "required": ["token", "decision"],
      "additionalProperties": false,
      "properties": {
        "token": {"type": "string"},
        "decision": {"type": "string", "enum": ["approve", "deny", "show"]},
        "amount": {"type": "string"},
        "for": {"type": "string"},
        "extent": {"type": "string", "enum": ["call", "run"]},
        "reason": {"type": "string"}
      }
    },
    """#
}
