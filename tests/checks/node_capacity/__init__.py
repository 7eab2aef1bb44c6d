"""Tests of checks/node_capacity."""
