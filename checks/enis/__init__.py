"""The life cycle of network interfaces: made, attached, seen by the kernel, given back."""
