"""A server of tools, made with the protocol's own Python package: `python -m harness.mcp_server PORT [json] [stateless]`."""

import asyncio
import sys

from mcp.server.mcpserver import Context, MCPServer

server = MCPServer("tools of the tests")


@server.tool()
def add(a: int, b: int) -> int:
    """The sum."""
    return a + b


@server.tool()
def fail(reason: str) -> str:
    """Fails."""
    raise ValueError(reason)


@server.tool()
async def count_to(n: int, ctx: Context) -> str:
    """Says how far it is, and then answers."""
    for step in range(n):
        await ctx.report_progress(step, n)
        await asyncio.sleep(0.01)
    return f"{n} counted"


@server.tool(name="wetter_für_köln")
def weather() -> str:
    """Has a name that no header field can hold."""
    return "Regen"


if __name__ == "__main__":
    options = sys.argv[2:]
    server.run(
        "streamable-http", port=int(sys.argv[1]), json_response="json" in options, stateless_http="stateless" in options
    )
