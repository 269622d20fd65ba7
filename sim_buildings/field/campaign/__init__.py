"""The fault campaign: the real daemon against the simulated site, while things break for real."""
