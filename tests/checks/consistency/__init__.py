"""Tests of checks/consistency."""
