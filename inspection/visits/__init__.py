"""What happens at the drawn subjects: visits, what was found, review and closing."""
