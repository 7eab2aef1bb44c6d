"""How packets get from pod to pod: routes, AWS's checks, masquerading, the overlay."""
