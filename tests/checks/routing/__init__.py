"""Tests of checks/routing."""
