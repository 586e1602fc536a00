"""What is done at the subject: noted on a phone, with or without a network, and kept as facts that nobody edits."""
