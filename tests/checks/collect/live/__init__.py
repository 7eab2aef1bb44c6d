"""The live source against stand-ins on loopback."""
