"""What objections and repairs share: who stands at the desk, and which step was taken when."""
