"""The live source: everything that asks a real API server, AWS, an agent or a DNS server.

connection and kubernetes read the API server within a deadline; paging tells where a list goes on, and
side_by_side reads several lists at once. exec runs a command in a container, agents chooses whom to ask. aws
and aws_api ask AWS. dns and probes try the cluster's own services. source ties them together.
"""
