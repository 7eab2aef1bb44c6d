"""Problems with a life: found, told once, edited as they change, acknowledged or silenced, over."""
