"""The Cilium operator: whether it runs, may do what it must, and sees what is there."""
