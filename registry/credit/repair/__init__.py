"""信用修复: who has done their duty and pledged in public asks that a record stops being public; a leader decides."""
