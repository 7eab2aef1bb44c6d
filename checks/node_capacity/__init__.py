"""What one node can hold in addresses, and what the kubelet and the pool promise beyond it."""
