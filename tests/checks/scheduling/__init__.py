"""Tests of checks/scheduling."""
