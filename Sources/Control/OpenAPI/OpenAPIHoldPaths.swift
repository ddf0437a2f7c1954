/// The paths of held calls: members of the paths, the last one with a comma.
enum OpenAPIHoldPaths {
  static let members = #"""
      "/api/v1/holds": {
        "get": {
          "summary": "Calls that were held for a person, newest first",
          "parameters": [
            {
              "name": "state",
              "in": "query",
              "description": "Only those in this state; pending and retrying can still be decided.",
              "schema": {"type": "string", "enum": ["pending", "retrying", "approved", "denied", "expired", "dropped"]}
            },
            \#(OpenAPIParts.paging)
          ],
          "responses": {
            \#(OpenAPIParts.answer(200, "A page.", "HoldPage")),
            \#(OpenAPIParts.problems(400, 401, 403, 503))
          }
        }
      },
      "/api/v1/holds/{id}": {
        "get": {
          "summary": "One held call",
          "parameters": [\#(OpenAPIParts.id("The hold's id."))],
          "responses": {
            \#(OpenAPIParts.answer(200, "The hold.", "Hold")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 503))
          }
        }
      },
      "/api/v1/holds/{id}/approve": {
        "post": {
          "summary": "Let a held call pass",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("The hold's id."))],
          \#(OpenAPIParts.body("HoldApproval")),
          "responses": {
            \#(OpenAPIParts.answer(200, "Approved.", "Hold")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 409, 413, 415, 422, 503))
          }
        }
      },
      "/api/v1/holds/{id}/deny": {
        "post": {
          "summary": "Refuse a held call",
          "security": [{"controlToken": []}],
          "parameters": [\#(OpenAPIParts.id("The hold's id."))],
          \#(OpenAPIParts.body("HoldDenial")),
          "responses": {
            \#(OpenAPIParts.answer(200, "Denied.", "Hold")),
            \#(OpenAPIParts.problems(400, 401, 403, 404, 409, 413, 415, 422, 503))
          }
        }
      },
      "/holds/{id}": {
        "get": {
          "summary": "A page about a held call, for people: what a link in an alert leads to",
          "security": [],
          "parameters": [\#(OpenAPIParts.id("The hold's id."))],
          "responses": {
            "200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}},
            \#(OpenAPIParts.problems(400, 403, 404, 503))
          }
        },
        "post": {
          "summary": "What the page's form sends, with the token that was typed into it",
          "security": [],
          "parameters": [\#(OpenAPIParts.id("The hold's id."))],
          "requestBody": {
            "required": true,
            "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/HoldForm"}}}
          },
          "responses": {
            "200": {
              "description": "The page again; an error is shown on it, with the status that the API gives it.",
              "content": {"text/html": {"schema": {"type": "string"}}}
            },
            \#(OpenAPIParts.problems(400, 401, 403, 404, 409, 413, 415, 422, 503))
          }
        }
      },
    """#
}
