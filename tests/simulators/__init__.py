"""An issuer, a verifier and the network between them, in memory: change their state, then ask."""
