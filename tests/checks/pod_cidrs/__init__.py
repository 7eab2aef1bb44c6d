"""Tests of checks/pod_cidrs."""
