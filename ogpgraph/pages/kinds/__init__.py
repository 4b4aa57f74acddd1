"""What a reader wants to know first of an entity, by its class: for each kind a function, queries and a template."""
