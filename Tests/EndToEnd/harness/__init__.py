"""What drives the real binary: a process, a stub upstream of raw sockets, a client of raw sockets, and recordings."""
