"""Subnets, zones and security groups that the nodes' interfaces are made in."""
