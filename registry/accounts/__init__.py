"""Who may sign in and act: staff with roles, sign-in with lock-out, API clients, and the audit entry of every act."""
