"""Cilium beside another CNI, and what pods from before Cilium are."""
