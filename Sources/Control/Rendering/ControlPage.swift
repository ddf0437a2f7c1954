/// The page at `/` for people with a browser.
enum ControlPage {
  static func document(version: String) -> [UInt8] {
    Array(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>Tollgate</title></head>
      <body>
      <h1>Tollgate \(HTMLText.escaped(version))</h1>
      <p>What agents used and what it cost. On a terminal, <code>tollgate report</code> shows the same as a table.</p>
      <ul>
      <li><a href="/api/v1/summary?by=agent,workflow,model&amp;since=24h">Usage and cost of the last 24 hours</a>
      by agent, workflow and model</li>
      <li><a href="/api/v1/calls?limit=20">The last calls</a> and <a href="/api/v1/runs?sort=cost&amp;since=24h">the dearest
      runs of the last 24 hours</a></li>
      <li><a href="/api/v1/budgets">Budgets</a>, <a href="/api/v1/holds?state=pending">calls that wait for a person</a>
      and <a href="/api/v1/alerts">alerts</a></li>
      <li><a href="/metrics">Metrics</a> for Prometheus</li>
      <li><a href="/readyz">Whether calls are taken</a></li>
      <li><a href="/api/v1/openapi.json">The API's description</a> (OpenAPI 3.1)</li>
      </ul>
      </body>
      </html>

      """.utf8)
  }
}
