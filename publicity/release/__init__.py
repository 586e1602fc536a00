"""公开流程: how a recorded fact becomes a notice, in six steps by six people."""
