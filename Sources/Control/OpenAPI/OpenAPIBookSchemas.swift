/// The shapes of what is booked after calls were settled: members of the schemas, the last one with a comma.
enum OpenAPIBookSchemas {
  static let members = #"""
    "Adjustment": {
      "type": "object",
      "description": "An amount that was booked after the fact. Rows of calls never change: sums add these to them.",
      "required": [
        "id",
        "booked_at",
        "effective_at",
        "kind",
        "call",
        "provider",
        "model",
        "project",
        "agent",
        "workflow",
        "run",
        "billing",
        "delta_pico_usd",
        "delta_usd",
        "cost_source",
        "priced_as",
        "reason",
        "who"
      ],
      "properties": {
        "id": {"type": "integer"},
        "booked_at": {"type": "string", "format": "date-time"},
        "effective_at": {
          "type": "string",
          "format": "date-time",
          "description": "When it counts: at the start of its call, or at noon (UTC) of its day."
        },
        "kind": {"type": "string", "enum": ["reprice", "correction"]},
        "call": {"type": ["string", "null"], "description": "The id of the call that it belongs to."},
        "provider": {"type": "string"},
        "model": {"type": ["string", "null"]},
        "project": {"type": ["string", "null"]},
        "agent": {"type": ["string", "null"]},
        "workflow": {"type": ["string", "null"]},
        "run": {"type": ["string", "null"]},
        "billing": {"type": "string", "enum": ["metered", "subscription", "free"]},
        "delta_pico_usd": {"type": "integer", "description": "In 1e-12 USD; negative takes away."},
        "delta_usd": {"type": "string", "description": "The same as a decimal number of USD."},
        "cost_source": {
          "type": ["string", "null"],
          "description": "How sure the call's cost is from then on; null where that stays as it was."
        },
        "priced_as": {"type": ["string", "null"]},
        "reason": {"type": "string"},
        "who": {"type": "string", "description": "Who booked it, as they say."}
      }
    },
    "AdjustmentPage": \#(OpenAPIParts.page(of: "Adjustment")),
    "Correction": {
      "type": "object",
      "description": "For a call, or for a day (UTC) of a provider.",
      "required": ["delta_usd", "reason", "who"],
      "additionalProperties": false,
      "properties": {
        "call": {"type": "string", "description": "The id of a call; excludes day and all names."},
        "day": {"type": "string", "format": "date"},
        "provider": {"type": "string"},
        "model": {"type": "string"},
        "project": {"type": "string"},
        "agent": {"type": "string"},
        "workflow": {"type": "string"},
        "run": {"type": "string"},
        "delta_usd": {"type": "string", "description": "A decimal number of USD; negative takes away."},
        "reason": {"type": "string", "maxLength": 1000},
        "who": {"type": "string", "maxLength": 200},
        "key": {
          "type": "string",
          "maxLength": 200,
          "description": "Booking again under the same key books nothing."
        }
      }
    },
    "Reprice": {
      "type": "object",
      "required": ["from", "to", "reason", "who"],
      "additionalProperties": false,
      "properties": {
        "from": {"type": "string", "description": "The first instant: RFC 3339, or a date (UTC)."},
        "to": {"type": "string", "description": "The first instant after: likewise."},
        "provider": {"type": "string"},
        "all": {"type": "boolean", "description": "Also calls that have a price, in case it has changed."},
        "dry_run": {"type": "boolean", "description": "Book nothing."},
        "after": {"type": "string", "description": "The field next of the page before."},
        "reason": {"type": "string", "maxLength": 1000},
        "who": {"type": "string", "maxLength": 200}
      }
    },
    "RepricePage": {
      "type": "object",
      "required": [
        "examined",
        "repriced",
        "unchanged",
        "not_enough_known",
        "delta_pico_usd",
        "delta_usd",
        "unknown",
        "total",
        "next"
      ],
      "properties": {
        "examined": {"type": "integer", "description": "Calls that were looked at."},
        "repriced": {"type": "integer", "description": "Calls whose cost was booked anew, or would be."},
        "unchanged": {"type": "integer", "description": "Calls that have their price already."},
        "not_enough_known": {"type": "integer", "description": "Calls whose row does not say enough."},
        "delta_pico_usd": {"type": "integer"},
        "delta_usd": {"type": "string"},
        "unknown": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["provider", "model", "calls"],
            "properties": {
              "provider": {"type": "string"},
              "model": {"type": "string"},
              "calls": {"type": "integer"}
            }
          },
          "description": "Models that still have no price."
        },
        "total": {
          "type": ["integer", "null"],
          "description": "Calls that all pages look at; on the first page only."
        },
        "next": {"type": ["string", "null"], "description": "For after; null on the last page."}
      }
    },
    """#
}
