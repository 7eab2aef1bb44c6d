"""What pods and the control plane talk to: webhooks, cluster DNS, Services, and policies in between."""
