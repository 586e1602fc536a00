"""代办: who takes a step of the release procedure while somebody is away."""
