"""Tests of the rules, area by area as in checks/."""
